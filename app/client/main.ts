// All that browsers run: each of these adds to what works without it.
import './forms.ts'
import { stayLive } from './live.ts'
import './shown.ts'
import { renewStatus } from './status.ts'
import { showTimes } from './times.ts'

stayLive()
renewStatus()
showTimes()

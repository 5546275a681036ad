// All that browsers run: each of these adds to what works without it.
import { takeForms } from './forms.ts'
import { stayLive } from './live.ts'
import { countWhenShown } from './numbers.ts'
import { renewStatus } from './status.ts'
import { showTimes } from './times.ts'

takeForms()
stayLive()
countWhenShown()
renewStatus()
showTimes()

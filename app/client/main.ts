// All that browsers run: each of these adds to what works without it.
import './shown.ts'

import './lib/require-node.mjs'
import { main } from '../../deploy/gcloud/main.mjs'
import { monitoring } from '../../deploy/monitoring.mjs'

await main(monitoring, process.argv.slice(2))

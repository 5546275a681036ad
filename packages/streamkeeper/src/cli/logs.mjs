import './lib/require-node.mjs'
import { logs } from '../../deploy/gcloud/logs.mjs'
import { main } from '../../deploy/gcloud/main.mjs'

await main(logs, process.argv.slice(2))

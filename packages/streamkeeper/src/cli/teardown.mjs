import './lib/require-node.mjs'
import { main } from '../../deploy/gcloud/main.mjs'
import { teardown } from '../../deploy/gcloud/teardown.mjs'

await main(teardown, process.argv.slice(2))

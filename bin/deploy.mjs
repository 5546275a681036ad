import './lib/require-node.mjs'
import { deploy } from '../deploy/gcloud/deploy.mjs'
import { main } from '../deploy/gcloud/main.mjs'

await main(deploy, process.argv.slice(2))

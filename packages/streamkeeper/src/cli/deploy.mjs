import './lib/require-node.mjs'
import { deploy } from '../../deploy/gcloud/deploy.mjs'
import { main } from '../../deploy/gcloud/main.mjs'
import { commit } from './lib/commit.mjs'

// For the new revision, as what is built in the cloud knows no git.
process.env.COMMIT ??= commit() ?? ''
await main(deploy, process.argv.slice(2))

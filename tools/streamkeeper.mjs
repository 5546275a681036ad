// `streamkeeper` in this repository: installs what a fresh clone lacks, and does as it is told.
import '../packages/streamkeeper/src/cli/lib/require-node.mjs'
import { report } from '../packages/streamkeeper/src/cli/lib/failure.mjs'
import { mustBeInBucket } from '../packages/streamkeeper/src/cli/lib/in-bucket.mjs'
import { documentFor } from '../packages/streamkeeper/src/cli/lib/operation.mjs'
import { dependencies } from './lib/dependencies.mjs'

const [, , command, ...args] = process.argv
const asksForHelp = args.includes('--help') || args.includes('-h')
try {
  mustBeInBucket(command, args, process.env)
  // The operators' commands print their help with a package. A service has what it was built with.
  const isPlain =
    ['start', 'dev'].includes(command) && (asksForHelp || args.includes('--production'))
  if (!isPlain) await dependencies()
  // Loaded only now: they need what has just been installed.
  const watching = command === 'dev' && !asksForHelp && (await import('./client.mjs')).watchClient()
  await import('../packages/streamkeeper/src/cli/streamkeeper.mjs')
  if (watching) await (await watching)()
} catch (error) {
  report(error)
  process.stdout.write(documentFor(args, error))
}

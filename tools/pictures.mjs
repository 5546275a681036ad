// Takes the pictures of the README: `npm run pictures`.
import '../packages/streamkeeper/src/cli/lib/require-node.mjs'
import { join } from 'node:path'
import { endChildrenOnSignals } from '../packages/streamkeeper/src/cli/lib/children.mjs'
import { report } from '../packages/streamkeeper/src/cli/lib/failure.mjs'
import { onPath } from '../packages/streamkeeper/src/cli/lib/on-path.mjs'
import { must } from '../packages/streamkeeper/src/cli/lib/run.mjs'
import { parts } from './lib/parts.mjs'
import { root } from './lib/project.mjs'

endChildrenOnSignals()
try {
  await parts.dependencies()
  await parts.build()
  const [node, chromium] = [await parts.node(), await parts.browser()]
  const env = { ...onPath([node]), ...(chromium && { CHROMIUM_PATH: chromium }) }
  const file = join(root, 'tools/pictures/take.ts')
  await must(node, [file], { cwd: root, env, deadlineMs: 300_000, show: true })
} catch (error) {
  report(error)
}

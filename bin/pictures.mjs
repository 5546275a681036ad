// Takes the pictures of the README: `npm run pictures`.
import './lib/require-node.mjs'
import { join } from 'node:path'
import { endChildrenOnSignals } from './lib/children.mjs'
import { report } from './lib/failure.mjs'
import { onPath } from './lib/on-path.mjs'
import { parts } from './lib/parts.mjs'
import { root } from './lib/project.mjs'
import { must } from './lib/run.mjs'

endChildrenOnSignals()
try {
  await parts.dependencies()
  await parts.build()
  const [node, chromium] = [await parts.node(), await parts.browser()]
  const env = { ...onPath([node]), ...(chromium && { CHROMIUM_PATH: chromium }) }
  const file = join(root, 'bin', 'pictures', 'take.ts')
  await must(node, [file], { cwd: root, env, deadlineMs: 300_000, show: true })
} catch (error) {
  report(error)
}

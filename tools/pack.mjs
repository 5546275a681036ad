// Packs `packages/streamkeeper` as it is published, into `.cache/`.
import '../packages/streamkeeper/src/cli/lib/require-node.mjs'
import { report } from '../packages/streamkeeper/src/cli/lib/failure.mjs'
import { pack } from './lib/pack.mjs'
import { parts } from './lib/parts.mjs'

try {
  await parts.dependencies()
  console.log(await pack(await parts.node()))
} catch (error) {
  report(error)
}

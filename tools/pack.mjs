// Packs `packages/streamkeeper` as it is published, into `.cache/`.
import '../packages/streamkeeper/src/cli/lib/require-node.mjs'
import { report } from '../packages/streamkeeper/src/cli/lib/failure.mjs'
import { parts } from './lib/parts.mjs'

try {
  console.log(await parts.tarball())
} catch (error) {
  report(error)
}

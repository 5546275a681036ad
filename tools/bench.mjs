import '../packages/streamkeeper/src/cli/lib/require-node.mjs'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { endChildrenOnSignals } from '../packages/streamkeeper/src/cli/lib/children.mjs'
import { Failure, report } from '../packages/streamkeeper/src/cli/lib/failure.mjs'
import { must } from '../packages/streamkeeper/src/cli/lib/run.mjs'
import { environment } from './lib/e2e.mjs'
import { parts } from './lib/parts.mjs'
import { root } from './lib/project.mjs'

endChildrenOnSignals()
try {
  const [name] = process.argv.slice(2)
  const file = join(root, 'tools/bench', `${name}.ts`)
  if (!name || !existsSync(file)) {
    const names = (await readdir(join(root, 'tools/bench'))).filter((file) => file.endsWith('.ts'))
    throw new Failure(
      `usage: npm run bench -- NAME, with a name of ${names.map((file) => file.slice(0, -3)).join(' ')}`,
    )
  }
  await parts.dependencies()
  const node = await parts.node()
  const env = { ...(await environment(node)), POSTGRES_BIN: await parts.postgres() }
  await must(node, [file], { cwd: root, env, deadlineMs: 3_600_000, show: true })
} catch (error) {
  report(error)
}

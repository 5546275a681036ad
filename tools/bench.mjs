import '../packages/streamkeeper/src/cli/lib/require-node.mjs'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { endChildrenOnSignals } from '../packages/streamkeeper/src/cli/lib/children.mjs'
import { report, WrongArguments } from '../packages/streamkeeper/src/cli/lib/failure.mjs'
import { run } from '../packages/streamkeeper/src/cli/lib/run.mjs'
import { environment } from './lib/e2e.mjs'
import { parts } from './lib/parts.mjs'
import { root } from './lib/project.mjs'

const folder = join(root, 'tools/bench')
// They read figures, and measure nothing.
const readers = ['compare', 'publish']

endChildrenOnSignals()
try {
  const [name, ...args] = process.argv.slice(2)
  const names = readdirSync(folder).flatMap((file) => /^(.+)\.ts$/.exec(file)?.[1] ?? [])
  const usage = `usage: npm run bench -- NAME, with a name of ${names.join(' ')}. docs/performance.md says more.`
  if (name === '--help') console.log(usage)
  else if (names.includes(name)) await bench(name, args)
  else throw new WrongArguments(usage)
} catch (error) {
  report(error)
}

async function bench(name, args) {
  await parts.dependencies()
  const node = await parts.node()
  const env = readers.includes(name) ? process.env : await environmentOfBenches(node)
  const file = join(folder, `${name}.ts`)
  const { ok } = await run(node, [file, ...args], { env, deadlineMs: 4 * 3_600_000, show: true })
  process.exitCode = ok ? 0 : 1
}

async function environmentOfBenches(node) {
  await parts.build()
  return { ...(await environment(node)), POSTGRES_BIN: await parts.postgres() }
}

import '../packages/streamkeeper/src/cli/lib/require-node.mjs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { endChildrenOnSignals } from '../packages/streamkeeper/src/cli/lib/children.mjs'
import { report } from '../packages/streamkeeper/src/cli/lib/failure.mjs'
import { environment } from './lib/e2e.mjs'
import { parts } from './lib/parts.mjs'
import { root } from './lib/project.mjs'
import { help, readArguments } from './lib/soak-arguments.mjs'

try {
  const args = readArguments(process.argv.slice(2))
  if (args === 'help') console.log(help)
  else await soak(args)
} catch (error) {
  report(error)
}

async function soak({ minutes, seed, faultsAMinute }) {
  const giveSignalsBack = endChildrenOnSignals()
  await parts.dependencies()
  const node = await parts.node()
  const env = await environment(node)
  giveSignalsBack()
  const file = join(root, 'tools/bench/soak/main.ts')
  process.exitCode = await follow(
    spawn(node, [file, minutes, seed, faultsAMinute], {
      cwd: root,
      env,
      stdio: 'inherit',
      // Out of the terminal's process group: Ctrl-C would reach the commands that remove containers.
      detached: true,
    }),
  )
}

/** Passes signals on, and waits until the child has ended what it started. */
function follow(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

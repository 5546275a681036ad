import './lib/require-node.mjs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { dependencies } from './lib/dependencies.mjs'
import { report } from './lib/failure.mjs'
import { node } from './lib/node.mjs'
import { onPath } from './lib/on-path.mjs'
import { root } from './lib/project.mjs'

try {
  await dependencies()
  const path = await node()
  const command = join(root, 'replication', 'lease', 'command.ts')
  const child = spawn(path, [command, ...process.argv.slice(2)], {
    env: onPath([path]),
    stdio: 'inherit',
  })
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
} catch (error) {
  report(error)
}

import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashOfFile } from '../../packages/streamkeeper/src/cli/lib/hash.mjs'
import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { root } from './project.mjs'

/**
 * Installs the npm packages that package-lock.json names, unless that was done already.
 * @throws {Failure} with npm's last lines
 */
export async function dependencies() {
  const lock = await hashOfFile(join(root, 'package-lock.json'))
  // npm ci empties the folder first, so an interrupted install leaves no stamp.
  const stamp = join(root, 'node_modules', '.package-lock.sha256')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock) return
  // stdout is the command's that is installed for.
  console.error('Installing the npm packages.')
  // Whoever sets this for production still needs what the build uses.
  const env = { ...process.env, NODE_ENV: 'development' }
  // better-sqlite3 brings its binaries, but npm would still call node-gyp, which needs Python.
  const args = ['ci', '--ignore-scripts', '--no-progress']
  await must('npm', args, { cwd: root, env, deadlineMs: 600_000 })
  await writeFile(stamp, lock)
}

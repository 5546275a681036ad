import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { actionsKey } from './actions-key.mjs'
import { nameCommit } from './commit.mjs'
import { hashOfFolder } from './hash.mjs'
import { onPath } from './on-path.mjs'
import { root } from './project.mjs'
import { must } from './run.mjs'

/**
 * Runs the app's `npm run build`, unless that was done from the same sources.
 * @param {string} node the path of the Node that builds
 * @throws {Failure} with the build's last lines
 */
export async function buildIfChanged(node) {
  const standalone = join(root, '.next', 'standalone')
  const stamp = join(standalone, '.sources.sha256')
  const hash = await hashOfFolder(root, await sources(root))
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) {
    // Another commit may have the same sources.
    nameCommit(standalone)
    return
  }
  console.log('Building the app.')
  await rm(stamp, { force: true })
  const env = {
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionsKey().key,
    ...onPath([node]),
    NODE_ENV: 'production',
  }
  await must('npm', ['run', 'build'], { cwd: root, env, deadlineMs: 600_000 })
  await writeFile(stamp, hash)
}

/**
 * The files that a build may depend on: those that git does not ignore, and the environment's.
 * @param {string} folder where the app is
 */
export async function sources(folder) {
  const file = join(folder, '.gitignore')
  const lines = existsSync(file) ? (await readFile(file, 'utf8')).split('\n') : []
  const ignored = ['.git', '.next', 'node_modules', ...lines].flatMap(patternOf)
  const isSource = (name) =>
    basename(name).startsWith('.env') || !ignored.some((pattern) => pattern.test(name))
  return filesIn(folder, '', isSource)
}

async function filesIn(root, folder, isSource) {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  const found = entries.map(async (entry) => {
    const name = join(folder, entry.name)
    if (!isSource(name)) return []
    return entry.isDirectory() ? filesIn(root, name, isSource) : [name]
  })
  return (await Promise.all(found)).flat().sort()
}

// Of the patterns of git what people write mostly: a name or a path, with `*` in it perhaps.
function patternOf(line) {
  const pattern = line.trim().replace(/\/$/, '')
  if (!pattern || /^[#!]/.test(pattern)) return []
  const start = pattern.includes('/') ? '^' : '(^|/)'
  const text = pattern
    .replace(/^\//, '')
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '[^/]*')
  return new RegExp(`${start}${text}$`)
}

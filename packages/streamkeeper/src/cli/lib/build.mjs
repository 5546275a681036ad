import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nameCommit } from './commit.mjs'
import { hashOfFolder } from './hash.mjs'
import { onPath } from './on-path.mjs'
import { root } from './project.mjs'
import { must } from './run.mjs'

const sources = [
  'app',
  'tools/client.mjs',
  'db',
  'next.config.mjs',
  'package-lock.json',
  'package.json',
  'packages',
  'public',
  'tsconfig.json',
]

/**
 * Builds the app into `.next/standalone`, unless that was done from the same sources.
 * @param {string} node the path of the Node that builds
 * @throws {Failure} with the build's last lines
 */
export async function build(node) {
  const standalone = join(root, '.next', 'standalone')
  const stamp = join(standalone, '.sources.sha256')
  const hash = await hashOfFolder(root, sources)
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) {
    // Another commit may have the same sources.
    nameCommit(standalone)
    return
  }
  console.log('Building the app.')
  await rm(stamp, { force: true })
  const env = { ...onPath([node]), NODE_ENV: 'production' }
  await must(node, ['tools/client.mjs'], { cwd: root, env, deadlineMs: 600_000 })
  await writeFile(stamp, hash)
}

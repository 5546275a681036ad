import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project.mjs'

/** The commit of the sources here, with `-dirty` where they were changed since; null without git. */
export function commit() {
  const args = ['describe', '--always', '--dirty', '--abbrev=7', '--exclude=*']
  const { stdout } = spawnSync('git', args, { cwd: root })
  return process.env.COMMIT || stdout?.toString().trim() || null
}

/** Writes the commit into the package.json in `folder`, in npm's own name for it. */
export function nameCommit(folder) {
  const file = join(folder, 'package.json')
  const { gitHead: _, ...about } = JSON.parse(readFileSync(file, 'utf8'))
  const gitHead = commit()
  writeFileSync(file, `${JSON.stringify({ ...about, ...(gitHead && { gitHead }) }, null, 2)}\n`)
}

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from './lib/project.mjs'

const texts = [
  'Dockerfile',
  '.dockerignore',
  '.npmrc',
  'litestream.yml',
  'package-lock.json',
  'tools/streamkeeper.mjs',
  'db/migrations/0000_first.sql',
  'db/migrations/meta/_journal.json',
]
const picture = Buffer.from('\x89PNG\r\n\x1a\n\0\r\n', 'latin1')

describe('A checkout by a git that writes CRLF', () => {
  it('has LF in its texts, and pictures as they are', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'line-ends-'))
    test.after(() => rm(folder, { recursive: true }))
    for (const name of ['.gitattributes', ...texts]) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await copyFile(join(root, name), join(folder, name))
    }
    await writeFile(join(folder, 'page.png'), picture)
    const git = (...args) =>
      spawnSync('git', ['-c', 'core.autocrlf=true', ...args], { cwd: folder })
    git('init', '--quiet')
    git('add', '--all')
    for (const name of [...texts, 'page.png']) await rm(join(folder, name))
    git('checkout-index', '--all')
    for (const name of texts) {
      assert.doesNotMatch(await readFile(join(folder, name), 'utf8'), /\r/, name)
    }
    assert.deepEqual(await readFile(join(folder, 'page.png')), picture)
  })
})

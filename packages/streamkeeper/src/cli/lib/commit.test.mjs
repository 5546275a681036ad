import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { nameCommit } from './commit.mjs'

describe('A build', () => {
  for (const [when, before] of [
    ['', {}],
    [' anew when the same sources are another commit', { gitHead: '0000000' }],
  ]) {
    it(`names its commit${when}`, async (test) => {
      const folder = await mkdtemp(join(tmpdir(), 'commit-'))
      test.after(() => rm(folder, { recursive: true }))
      const file = join(folder, 'package.json')
      await writeFile(file, JSON.stringify({ version: '0.1.0', ...before }))
      process.env.COMMIT = '5e2fdbf'
      test.after(() => Reflect.deleteProperty(process.env, 'COMMIT'))
      nameCommit(folder)
      const about = JSON.parse(await readFile(file, 'utf8'))
      assert.deepEqual(about, { version: '0.1.0', gitHead: '5e2fdbf' })
    })
  }
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'

const root = dirname(import.meta.dirname)
const clone = mkdtempSync(join(tmpdir(), 'clone-'))
for (const name of ['tools', 'packages/streamkeeper', 'package.json', 'package-lock.json']) {
  cpSync(join(root, name), join(clone, name), { recursive: true })
}
after(() => rmSync(clone, { recursive: true }))

describe('a start as a service, in a fresh clone', () => {
  // Who runs it may have no right to write there.
  it('installs nothing', () => {
    const args = ['tools/streamkeeper.mjs', 'start', '--production']
    const env = { PATH: clone, REPLICA_URL: 'gs://bucket/path' }
    const options = { cwd: clone, env, encoding: 'utf8' }
    const { status, stderr } = spawnSync(process.execPath, args, options)
    assert.equal(
      stderr,
      'There is no build: run `npm run build` first. A service builds nothing.\n',
    )
    assert.equal(status, 1)
  })
})

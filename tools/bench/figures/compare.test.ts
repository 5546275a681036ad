import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'

describe('npm run bench -- compare', () => {
  it('says in one line that a file holds no figures', () => {
    const compare = join(import.meta.dirname, '../compare.ts')
    const args = [compare, '/no/old.json', '/no/new.json']
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    assert.equal(status, 2)
    assert.match(stderr, /^\/no\/old\.json holds no figures; make them with .*\n$/)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Failure } from './failure.mjs'
import { documentFor } from './operation.mjs'

describe('An operator’s command that can not begin', () => {
  const error = new Failure('Litestream can not be fetched.')

  it('prints one document where that was asked for', () => {
    const problem = { code: 'failed', message: error.message }
    for (const json of ['--json', '--json=yes']) {
      const text = documentFor(['node', 'history.mjs', json], error)
      assert.deepEqual(JSON.parse(text), { ok: false, problem })
    }
  })

  it('prints none for people', () => {
    assert.equal(documentFor(['node', 'history.mjs', '--url', 'file:///x'], error), '')
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Failure } from './failure.mjs'
import { documentFor, plainArguments } from './operation.mjs'

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

describe('The arguments of an operator’s command', () => {
  it('may name a folder with an odd name, by its URL', () => {
    const [first, second] = plainArguments(['--url', 'file:///a b', '--to=file:///%C3%A9/x'])
    assert.match(first === '--url' ? second : '', /^file:\/\/\/[\w./@+,=:~-]+$/)
    const [, third] = plainArguments(['--from', '--to=file:///%C3%A9/x'])
    assert.match(third, /^--to=file:\/\/\/[\w./@+,=:~-]+\/x$/)
  })

  it('are as they were otherwise', () => {
    const args = ['--url=gs://b/a b', '--from', 'a b.db', 'file:///plain', '--json']
    assert.deepEqual(plainArguments(args), args)
  })
})

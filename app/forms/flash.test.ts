import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { spentCookies } from './flash.ts'

describe('What the next page says', () => {
  it('is said once', () => {
    const gone = ['signed=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax']
    assert.deepEqual(spentCookies('/guestbook', 'signed=1.38'), gone)
    assert.deepEqual(spentCookies('/', 'a=b; signed=1.38; c=d'), gone)
    assert.deepEqual(spentCookies('/admin', 'a=b; changed=1.hidden'), [
      'changed=; Path=/admin; Max-Age=0; HttpOnly; SameSite=Lax',
    ])
  })

  it('waits for a page that says it', () => {
    assert.deepEqual(spentCookies('/status', 'signed=1.38'), [])
    assert.deepEqual(spentCookies('/guestbook', 'changed=1.hidden'), [])
    assert.deepEqual(spentCookies('/guestbook', 'unsigned=1; a=signed=1'), [])
    assert.deepEqual(spentCookies('/guestbook', undefined), [])
  })
})

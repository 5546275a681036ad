import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sessionCookieOptions } from './session-cookie.ts'

describe('The cookie of a session', () => {
  for (const [headers, secure] of [
    [{}, false],
    [{ origin: 'http://localhost:8080' }, false],
    [{ 'x-forwarded-proto': 'http' }, false],
    [{ 'x-forwarded-proto': 'httpsx' }, false],
    [{ origin: 'https://visits.example' }, true],
    // Behind a proxy that speaks HTTP to this server and says nothing of what it was asked by.
    [{ origin: 'https://visits.example', 'x-forwarded-proto': 'http' }, true],
    [{ 'x-forwarded-proto': 'https' }, true],
    [{ 'x-forwarded-proto': 'https,http' }, true],
  ] as [Record<string, string>, boolean][]) {
    it(`is ${secure ? 'only' : 'not only'} for https with ${JSON.stringify(headers)}`, () => {
      assert.equal(sessionCookieOptions(new Headers(headers)).secure, secure)
    })
  }

  it('is out of reach of scripts, and comes along when a link leads here', () => {
    const { httpOnly, sameSite } = sessionCookieOptions(new Headers())
    assert.deepEqual({ httpOnly, sameSite }, { httpOnly: true, sameSite: 'lax' })
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { needs } from './requests.ts'

describe('A request', () => {
  for (const [method, url, kind] of [
    ['GET', '/', 'write-if-possible'],
    ['GET', '/?from=elsewhere', 'write-if-possible'],
    ['HEAD', '/', 'read'],
    ['POST', '/', 'write'],
    ['POST', '/api/entries', 'write'],
    ['POST', '/api/visits', 'write-if-possible'],
    ['POST', '/api/visits?a=b', 'write'],
    ['GET', '/api/entries', 'read'],
    ['GET', '/guestbook?before=7', 'read'],
    ['GET', '/how-it-works', 'read'],
    ['GET', '/og.png/more', 'read'],
    ['GET', '/status', 'nothing'],
    ['POST', '/status', 'write'],
    ['GET', '/favicon.zip', 'read'],
    ['POST', '/sign-in', 'write'],
    ['POST', '/sign-in/session', 'nothing'],
    ['GET', '/sign-in/session', 'nothing'],
    ['GET', '/sign-in', 'nothing'],
    ['POST', '/sign-in/session?to=/status', 'nothing'],
    ['PUT', '/sign-in/session', 'write'],
    ['POST', '/guestbook/sign', 'write'],
    ['POST', '/admin/change', 'write'],
    ['GET', '/guestbook/sign', 'read'],
    ['POST', '/sign-out', 'nothing'],
    ['POST', '/sign-in/', 'write'],
    ['POST', '/admin', 'write'],
    ['PUT', '/sign-in', 'write'],
    ['PATCH', '/api/entries/1', 'write'],
    ['DELETE', '/api/entries/1', 'write'],
    ['OPTIONS', '/api/entries', 'read'],
  ] as const) {
    it(`${method} ${url} needs ${kind}`, () => {
      assert.equal(needs({ method, url, headers: {} }), kind)
    })
  }
})

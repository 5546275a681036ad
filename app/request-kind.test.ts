import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { requestKind } from './request-kind.ts'

describe('A request', () => {
  for (const [method, url, kind] of [
    ['GET', '/', 'visit'],
    ['GET', '/?from=elsewhere', 'visit'],
    ['HEAD', '/', 'read'],
    ['POST', '/', 'write'],
    ['POST', '/api/entries', 'write'],
    ['GET', '/api/entries', 'read'],
    ['GET', '/guestbook?before=7', 'read'],
    ['GET', '/_next/static/chunks/a.js', 'static'],
    ['GET', '/favicon.ico', 'static'],
    ['GET', '/status', 'static'],
  ] as const) {
    it(`${method} ${url} is a ${kind}`, () => {
      assert.equal(requestKind({ method, url, headers: {} }), kind)
    })
  }
})

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
    ['POST', '/api/visits', 'visit'],
    ['POST', '/api/visits?a=b', 'write'],
    ['GET', '/api/entries', 'read'],
    ['GET', '/guestbook?before=7', 'read'],
    ['GET', '/how-it-works', 'read'],
    ['GET', '/_next/static/chunks/a.js', 'static'],
    ['GET', '/favicon.ico', 'static'],
    ['GET', '/client.js', 'static'],
    ['GET', '/robots.txt', 'static'],
    ['GET', '/manifest.webmanifest', 'static'],
    ['GET', '/icon-512.png', 'static'],
    ['GET', '/apple-touch-icon.png', 'static'],
    ['GET', '/og.png', 'static'],
    ['HEAD', '/og.png', 'static'],
    ['GET', '/og.png/more', 'read'],
    ['GET', '/status', 'operator'],
    ['POST', '/status', 'write'],
    ['GET', '/favicon.zip', 'read'],
    ['GET', '/_next/data/x.json', 'read'],
    ['GET', '/_next/static/../../guestbook', 'read'],
    ['GET', '/_next/static/%2e%2e/%2E%2E/', 'read'],
    ['GET', '/_next/static/..\\..\\guestbook', 'read'],
    ['POST', '/_next/static/chunks/a.js', 'write'],
    ['POST', '/sign-in', 'write'],
    ['POST', '/sign-in/session', 'operator'],
    ['GET', '/sign-in/session', 'operator'],
    ['GET', '/sign-in', 'operator'],
    ['POST', '/sign-in/session?to=/status', 'operator'],
    ['PUT', '/sign-in/session', 'write'],
    ['POST', '/guestbook/sign', 'write'],
    ['POST', '/admin/change', 'write'],
    ['GET', '/guestbook/sign', 'read'],
    ['POST', '/sign-out', 'operator'],
    ['POST', '/sign-in/', 'write'],
    ['POST', '/admin', 'write'],
    ['PUT', '/sign-in', 'write'],
    ['PATCH', '/api/entries/1', 'write'],
    ['DELETE', '/api/entries/1', 'write'],
    ['OPTIONS', '/api/entries', 'read'],
  ] as const) {
    it(`${method} ${url} is a ${kind}`, () => {
      assert.equal(requestKind({ method, url, headers: {} }), kind)
    })
  }
})

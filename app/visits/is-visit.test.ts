import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { describe, it } from 'node:test'
import { isVisit } from './is-visit.ts'

function get(headers: IncomingHttpHeaders) {
  return { method: 'GET', headers }
}

describe('A request for the front page', () => {
  it('is a visit when somebody opens it', () => {
    assert.ok(isVisit(get({ accept: 'text/html' })))
  })

  it('is a visit when a browser says that it is to show it', () => {
    assert.ok(isVisit(get({ 'sec-fetch-dest': 'document' })))
  })

  it('is a visit each time that somebody loads it anew', () => {
    assert.ok(isVisit(get({ 'cache-control': 'no-cache', pragma: 'no-cache' })))
  })

  it('is a visit when somebody at a command line asks for it', () => {
    assert.ok(isVisit(get({ accept: '*/*', 'user-agent': 'curl/8.5.0' })))
  })

  it('is no visit when it asks for the headers alone', () => {
    assert.ok(!isVisit({ method: 'HEAD', headers: {} }))
  })

  for (const [what, headers] of Object.entries({
    'a probe asks for it': { 'user-agent': 'GoogleHC/1.0' },
    'Next prefetches it': { 'next-router-prefetch': '1' },
    'Next prefetches a part of it': { 'next-router-segment-prefetch': '/_tree' },
    'the browser prefetches it': { 'sec-purpose': 'prefetch' },
    'the browser renders it in advance': { 'sec-purpose': 'prefetch;prerender' },
    'an older browser prefetches it': { purpose: 'prefetch' },
    'an old Firefox prefetches it': { 'x-moz': 'prefetch' },
    'Safari prepares it': { purpose: 'preview' },
    'an old Safari prepares it': { 'x-purpose': 'preview' },
    'a browser prefetches it in other letters': { 'x-purpose': 'PreFetch' },
    'a bot asks for it': { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' },
    'a script of a page asks for it': { 'sec-fetch-dest': 'empty' },
    'a page asks for it as a picture': { 'sec-fetch-dest': 'image' },
    'a script says that it asks for it': { 'x-requested-with': 'fetch' },
  })) {
    it(`is no visit when ${what}`, () => {
      assert.ok(!isVisit(get(headers)))
    })
  }
})

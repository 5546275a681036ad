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

  it('is a visit when somebody comes from another page of the app', () => {
    assert.ok(isVisit(get({ rsc: '1' })))
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
  })) {
    it(`is no visit when ${what}`, () => {
      assert.ok(!isVisit(get(headers)))
    })
  }
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVisit } from './is-visit.ts'

function request(headers: Record<string, string>): Headers {
  return new Headers({ 'x-request-method': 'GET', ...headers })
}

describe('A request for the front page', () => {
  it('is a visit when somebody opens it', () => {
    assert.ok(isVisit(request({ accept: 'text/html' })))
  })

  it('is a visit when somebody comes from another page of the app', () => {
    assert.ok(isVisit(request({ rsc: '1' })))
  })

  for (const [what, headers] of Object.entries({
    'it asks for the headers alone': { 'x-request-method': 'HEAD' },
    'a form is posted': { 'x-request-method': 'POST' },
    'Next prefetches it': { 'next-router-prefetch': '1' },
    'Next prefetches a part of it': { 'next-router-segment-prefetch': '/_tree' },
    'the browser prefetches it': { 'sec-purpose': 'prefetch' },
    'the browser renders it in advance': { 'sec-purpose': 'prefetch;prerender' },
    'a probe asks for it': { 'user-agent': 'GoogleHC/1.0' },
    'an older browser prefetches it': { purpose: 'prefetch' },
  })) {
    it(`is no visit when ${what}`, () => {
      assert.ok(!isVisit(request(headers)))
    })
  }
})

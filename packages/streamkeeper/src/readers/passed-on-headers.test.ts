import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerHeaders, requestHeaders } from './passed-on-headers.ts'

const writer = new URL('https://writer.example')
const token = 'a-token-of-16-chars'

describe('A request that is passed on', () => {
  it('looks as if it came from a page of the writer', () => {
    const headers = { host: 'reader.example', origin: 'https://reader.example', 'next-action': 'a' }
    assert.deepEqual(requestHeaders(headers, writer, null), {
      ...{ host: 'writer.example', origin: 'https://writer.example', 'next-action': 'a' },
    })
  })

  it('has no origin where it had none', () => {
    assert.deepEqual(requestHeaders({ host: 'a' }, writer, null), { host: 'writer.example' })
  })

  it('says who asked, to a writer that believes it', () => {
    const passed = requestHeaders({ 'x-client': '203.0.113.7' }, writer, token)
    assert.equal(passed['x-forward-token'], token)
    assert.equal(passed['x-forwarded-client'], '203.0.113.7')
  })

  it('carries nothing that a client claims of itself', () => {
    const claims = {
      ...{
        'x-forwarded-client': '10.0.0.1',
        'x-forward-token': 'guess',
        forwarded: 'for=10.0.0.1',
      },
      ...{
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-host': 'evil.example',
        'x-client': '1.2.3.4',
      },
    }
    assert.deepEqual(requestHeaders(claims, writer, null), { host: 'writer.example' })
  })

  it('leaves behind what is about its connection, and what that names', () => {
    const headers = { connection: 'close, x-hop', 'x-hop': '1', te: 'trailers', upgrade: 'h2c' }
    assert.deepEqual(requestHeaders(headers, writer, null), { host: 'writer.example' })
  })

  it('keeps its body within its bounds, whatever the method', () => {
    const chunked = requestHeaders({ 'transfer-encoding': 'chunked' }, writer, null)
    assert.equal(chunked['transfer-encoding'], 'chunked')
    const sized = requestHeaders({ 'content-length': '3' }, writer, null)
    assert.deepEqual(sized, { host: 'writer.example', 'content-length': '3' })
  })
})

describe("The writer's answer", () => {
  for (const [location, expected] of [
    ['https://writer.example/guestbook?signed=1', '/guestbook?signed=1'],
    ['/guestbook?signed=1', '/guestbook?signed=1'],
    ['https://elsewhere.example/x', 'https://elsewhere.example/x'],
  ] as const) {
    it(`leads to ${expected} from ${location}`, () => {
      assert.equal(answerHeaders({ location }, writer).location, expected)
    })
  }

  it('keeps cookies and when to come back', () => {
    const headers = { 'set-cookie': ['a=b', 'c=d'], 'retry-after': '5', 'keep-alive': 'timeout=5' }
    assert.deepEqual(answerHeaders(headers, writer), {
      ...{ 'set-cookie': ['a=b', 'c=d'], 'retry-after': '5' },
    })
  })
})

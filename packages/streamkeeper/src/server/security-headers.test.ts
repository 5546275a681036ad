import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { securityHeaders } from './security-headers.ts'

async function ask(
  test: TestContext,
  {
    development = false,
    headers = {},
    own,
  }: { development?: boolean; headers?: HeadersInit; own?: Record<string, string[]> | false } = {},
) {
  const seen: IncomingHttpHeaders[] = []
  const setHeaders = securityHeaders(development, own)
  const server = createServer((request, response) => {
    setHeaders(request, response)
    seen.push(request.headers)
    response.end()
  }).listen(0)
  await once(server, 'listening')
  test.after(() => server.close())
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  const answer = await fetch(`http://127.0.0.1:${address.port}`, { headers })
  return { policy: answer.headers.get('content-security-policy') ?? '', answer, seen: seen[0] }
}

describe('The policy of an answer', () => {
  it('allows nothing inline, nothing evaluated, and nothing from elsewhere', async (test) => {
    const { policy } = await ask(test)
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe|http|\*|data:/)
  })

  it('shares no nonce with any other answer', () => {
    const setHeaders = securityHeaders(false)
    const policies = Array.from({ length: 1_000 }, () => {
      const request = new IncomingMessage(new Socket())
      setHeaders(request, new ServerResponse(request))
      return request.headers['content-security-policy']
    })
    assert.equal(new Set(policies).size, 1_000)
  })

  it('has a nonce of its own each time', async (test) => {
    const nonces = [await ask(test), await ask(test)].map(
      ({ policy }) => /script-src 'self' 'nonce-([\w+/]{22}==)' 'strict-dynamic'/.exec(policy)?.[1],
    )
    assert.ok(nonces[0] && nonces[1] && nonces[0] !== nonces[1])
  })

  it('is what the pages are told, and never what a client sends', async (test) => {
    const forged = "script-src 'nonce-forged'"
    const { policy, seen } = await ask(test, { headers: { 'content-security-policy': forged } })
    assert.equal(seen?.['content-security-policy'], policy)
    assert.doesNotMatch(policy, /forged/)
  })

  it('allows what the development server needs, there alone', async (test) => {
    const { policy } = await ask(test, { development: true })
    assert.match(policy, /'unsafe-eval'.*style-src 'self' 'unsafe-inline'/)
  })

  it('has directives of the app in place of these', async (test) => {
    const own = { 'style-src': ["'self'", "'sha256-abc'"], 'img-src': ['https://img.example'] }
    const { policy } = await ask(test, { own })
    assert.match(policy, /style-src 'self' 'sha256-abc'/)
    assert.match(policy, /img-src https:\/\/img\.example;/)
    assert.match(policy, /default-src 'none'/)
    // Beside a hash, browsers would leave out what the development server needs.
    const { policy: development } = await ask(test, { own, development: true })
    assert.doesNotMatch(development, /sha256/)
  })

  it('is as the app has it where that needs no nonce, or says the word itself', async (test) => {
    const own = { 'script-src': ["'self'"], 'frame-ancestors': ["'none'"], 'report-to': ['NONCE'] }
    const { policy, seen } = await ask(test, { own })
    assert.match(policy, /;frame-ancestors 'none';report-to NONCE$/)
    assert.equal(seen?.['content-security-policy'], policy)
  })

  it('is none where the app has turned it off, also not that of a client', async (test) => {
    const headers = { 'content-security-policy': "script-src 'nonce-forged'" }
    const { answer, seen } = await ask(test, { own: false, headers })
    assert.equal(answer.headers.get('content-security-policy'), null)
    assert.equal(seen?.['content-security-policy'], '')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  })
})

describe('Every answer', () => {
  it('tells browsers what else they may not do', async (test) => {
    const { headers } = (await ask(test)).answer
    for (const [name, value] of Object.entries({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })) {
      assert.equal(headers.get(name), value, name)
    }
    assert.match(headers.get('permissions-policy') ?? '', /camera=\(\)/)
  })
})

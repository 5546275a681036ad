import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, request } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { throughTunnels } from './pages.ts'
import { portOf } from './test-support.ts'

/** Which origin reaches Next's development server with a request of a page, and with its socket. */
async function origins(test: TestContext, headers: IncomingHttpHeaders) {
  const seen: (string | undefined)[] = []
  const server = createServer().listen(0)
  server.on('upgrade', ({ headers }, socket) => {
    seen.push(headers.origin)
    socket.end()
  })
  const place = { publicOrigins: [], isLocal: true }
  const serve = throughTunnels(
    ({ headers }, response) => {
      seen.push(headers.origin)
      response.end()
    },
    server,
    place,
  )
  server.on('request', serve)
  const port = await portOf(test, server)
  const [answer] = await once(request({ port, headers }).end(), 'response')
  answer.resume()
  const upgrading = { ...headers, connection: 'upgrade', upgrade: 'websocket' }
  const upgraded = once(server, 'upgrade')
  request({ port, headers: upgrading })
    .on('error', () => {})
    .end()
  await upgraded
  return seen
}

describe("Next's development server", () => {
  for (const headers of [
    { host: 'localhost:8080', origin: 'http://localhost:8080' },
    {
      host: 'localhost:8080',
      origin: 'https://x-8080.app.github.dev',
      'x-forwarded-host': 'x-8080.app.github.dev',
    },
    { host: 'x.trycloudflare.com', origin: 'https://x.trycloudflare.com' },
  ]) {
    it(`is told of no other site with ${JSON.stringify(headers)}`, async (test) => {
      assert.deepEqual(await origins(test, headers), [undefined, undefined])
    })
  }

  it('is told of another site', async (test) => {
    const origin = 'https://evil.example'
    for (const headers of [
      { host: 'localhost:8080', origin },
      { host: 'localhost:8080', origin, 'sec-fetch-site': 'cross-site' },
    ]) {
      assert.deepEqual(await origins(test, headers), [origin, origin])
    }
  })
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { isInternal } from './next-headers.ts'
import { Protection } from './protect.ts'
import { Routes } from './routes.ts'
import type { RateLimits, ServerEnvironment } from './server-environment.ts'
import { notesApp } from './test-app.ts'
import { headersInNext, portOf } from './test-support.ts'

async function start(
  test: TestContext,
  {
    rateLimits = null,
    routes = null,
    ...environment
  }: { rateLimits?: RateLimits | null; routes?: Routes | null } & Partial<ServerEnvironment> = {},
  seen: (request: IncomingMessage) => void = () => {},
) {
  const protection = new Protection(notesApp(routes), {
    ...{ development: false, rateLimits, ...environment },
  })
  const pages: RequestListener = (request, response) => {
    seen(request)
    response.end(request.headers['x-client'])
  }
  const server = createServer(async (request, response) => {
    protection.receive(request, response)
    if (!(await protection.refuses(request, response))) pages(request, response)
  }).listen(0)
  const port = await portOf(test, server)
  const url = `http://127.0.0.1:${port}`
  const ask = (path: string, init: RequestInit = {}) => fetch(url + path, init)
  const statuses = async (times: number, path: string, init: RequestInit = {}) => {
    const seen: number[] = []
    for (let time = 0; time < times; time++) seen.push((await ask(path, init)).status)
    return seen
  }
  return { url, ask, statuses }
}

const rateLimits = { requests: 4, writes: 2 }
const post = { method: 'POST' }

describe('What only Next itself may say', () => {
  it('does not reach the pages from outside', async (test) => {
    const seen: IncomingMessage['headers'][] = []
    const { ask } = await start(test, {}, ({ headers }) => seen.push(headers))
    const names = headersInNext().filter((name) => isInternal(name))
    await ask('/admin', {
      headers: { ...Object.fromEntries(names.map((name) => [name, '1'])), rsc: '1' },
    })
    assert.deepEqual(
      Object.keys(seen[0] ?? {}).filter((name) => names.includes(name)),
      [],
    )
    assert.equal(seen[0]?.rsc, '1')
  })
})

describe('A request below /api/', () => {
  const routes = new Routes([
    { pattern: '^/notes$', methods: ['GET', 'HEAD', 'OPTIONS'], takesForms: false },
    { pattern: '^/api/notes$', methods: ['GET', 'HEAD', 'POST', 'OPTIONS'], takesForms: false },
  ])
  const type = 'application/problem+json'
  const html = { accept: 'text/html' }

  it('is told in problem details of what is not there, whatever it accepts', async (test) => {
    const { ask } = await start(test, { routes })
    for (const path of ['/api', '/api?a=b', '/api/', '/api/nothing', '/api/notes/7/8?a']) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'PROPFIND']) {
        const answer = await ask(path, { method, headers: html })
        assert.equal(answer.status, 404, `${method} ${path}`)
        assert.equal(answer.headers.get('content-type'), type)
      }
    }
    assert.equal((await ask('/apis', { headers: html })).status, 200)
  })

  it('is told in problem details of the methods that there are', async (test) => {
    const { ask } = await start(test, { routes })
    for (const method of ['PUT', 'PROPFIND', 'DELETE']) {
      const answer = await ask('/api/notes', { method, headers: html })
      assert.equal(answer.status, 405, method)
      assert.equal(answer.headers.get('allow'), 'GET, HEAD, POST, OPTIONS')
      assert.equal(answer.headers.get('content-type'), type)
    }
  })

  it('is told in problem details that its path can not be read', async (test) => {
    const { ask } = await start(test, { routes })
    for (const path of ['/api/notes/%zz', '/api/%ff', '/api/%']) {
      const answer = await ask(path, { headers: html })
      assert.equal(answer.status, 400, path)
      assert.equal(answer.headers.get('content-type'), type)
    }
  })

  it('may bring 32 KiB, and says so in all of its answers', async (test) => {
    const { ask } = await start(test, { routes })
    const send = (bytes: number) => ask('/api/notes', { ...post, body: 'x'.repeat(bytes) })
    assert.equal((await send(32_768)).status, 200)
    for (const bytes of [32_769, 131_073]) {
      const answer = await send(bytes)
      assert.equal(answer.status, 413)
      assert.match(await answer.text(), /Send at most 32 KiB\./)
    }
  })
})

describe('A request for a part of a file, or on a condition', () => {
  it('is one for the file, as Next fails where that can not be met', async (test) => {
    const seen: IncomingMessage['headers'][] = []
    const { ask } = await start(test, {}, ({ headers }) => seen.push(headers))
    const conditions = {
      ...{ range: 'bytes=99999-', 'if-range': '"x"', 'if-match': '"x"' },
      ...{ 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    }
    await ask('/client.js', { headers: { ...conditions, 'if-none-match': '"y"' } })
    for (const name of Object.keys(conditions)) assert.equal(seen[0]?.[name], undefined, name)
    assert.equal(seen[0]?.['if-none-match'], '"y"')
  })
})

describe('A request for the methods that there are', () => {
  const routes = new Routes([
    { pattern: '^/notes$', methods: ['GET', 'HEAD', 'OPTIONS'], takesForms: false },
  ])

  it('is answered for pages and for files, to which Next has no answer', async (test) => {
    const { ask } = await start(test, { routes })
    for (const path of ['/notes', '/notes?before=9', '/client.js', '/_next/static/a.js']) {
      const answer = await ask(path, { method: 'OPTIONS' })
      assert.equal(answer.status, 204, path)
      assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS')
    }
  })

  it('is left to the pages for what is not there, and to the API', async (test) => {
    const { ask } = await start(test, { routes })
    assert.equal((await ask('/nothing', { method: 'OPTIONS' })).status, 200)
    assert.equal((await ask('/api/nothing', { method: 'OPTIONS' })).status, 404)
  })
})

describe('A handler outside of /api/', () => {
  const routes = new Routes([
    { pattern: '^/notes/1$', methods: ['GET', 'HEAD', 'DELETE', 'OPTIONS'], takesForms: false },
    {
      pattern: '^/shared$',
      methods: ['GET', 'HEAD', 'OPTIONS'],
      takesForms: false,
      answersOptions: true,
    },
  ])

  it('takes the methods that it has', async (test) => {
    const { ask } = await start(test, { routes })
    assert.equal((await ask('/notes/1', { method: 'DELETE' })).status, 200)
    assert.equal((await ask('/notes/1', { method: 'PUT' })).status, 405)
    assert.equal((await ask('/shared', { method: 'DELETE' })).status, 405)
    const { ask: askInDevelopment } = await start(test, { development: true })
    assert.equal((await askInDevelopment('/notes/1', { method: 'DELETE' })).status, 200)
  })

  it('answers OPTIONS where it has that', async (test) => {
    const { ask } = await start(test, { routes })
    assert.equal((await ask('/shared', { method: 'OPTIONS' })).status, 200)
    assert.equal((await ask('/notes/1', { method: 'OPTIONS' })).status, 204)
  })
})

describe('A request that no route takes', () => {
  const routes = new Routes([
    { pattern: '^/notes$', methods: ['GET', 'HEAD', 'OPTIONS'], takesForms: true },
  ])

  it('is refused before the pages', async (test) => {
    const { ask } = await start(test, { routes })
    assert.equal((await ask('/xmlrpc.php', post)).status, 404)
    const answer = await ask('/notes', post)
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS')
  })

  it('is answered with a page when it only reads', async (test) => {
    const { statuses } = await start(test, { routes })
    assert.deepEqual(await statuses(1, '/nothing'), [200])
  })

  it('does not use up what its client may write', async (test) => {
    const { statuses } = await start(test, { routes, rateLimits })
    assert.deepEqual(await statuses(3, '/xmlrpc.php', post), [404, 404, 404])
    const action = { ...post, headers: { 'next-action': 'x' } }
    assert.deepEqual(await statuses(1, '/notes', action), [200])
  })
})

describe('A client that asks too often', () => {
  it('is told when to come back', async (test) => {
    const { ask, statuses } = await start(test, { rateLimits })
    assert.deepEqual(await statuses(5, '/notes'), [200, 200, 200, 200, 429])
    const answer = await ask('/')
    assert.match(answer.headers.get('retry-after') ?? '', /^(60|5\d)$/)
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
    assert.match(await answer.text(), /^There were too many requests. Please come back in \d+ sec/)
  })

  it('is told of it in its own format', async (test) => {
    const { ask, statuses } = await start(test, { rateLimits })
    await statuses(4, '/')
    const page = await ask('/', { headers: { accept: 'text/html' } })
    assert.match(await page.text(), /<h1>There were too many requests/)
    const problem = await ask('/api/notes')
    assert.equal(problem.headers.get('content-type'), 'application/problem+json')
    assert.match(problem.headers.get('retry-after') ?? '', /^\d+$/)
    assert.match(await problem.text(), /"urn:notes:problem:too-many","status":429/)
  })

  it('may write less often than read', async (test) => {
    const { statuses } = await start(test, { rateLimits })
    assert.deepEqual(await statuses(3, '/api/notes', post), [200, 200, 429])
    assert.deepEqual(await statuses(1, '/api/notes'), [200])
  })

  it('still gets what pages are made of', async (test) => {
    const { statuses } = await start(test, { rateLimits })
    await statuses(5, '/')
    assert.deepEqual(await statuses(2, '/_next/static/a.js'), [200, 200])
  })

  it('does not count what open pages ask for, as many may have one address', async (test) => {
    const { statuses } = await start(test, { rateLimits: { requests: 1, writes: 1 } })
    assert.deepEqual(await statuses(3, '/live'), [200, 200, 200])
    assert.deepEqual(await statuses(2, '/notes'), [200, 429])
  })

  it('can not name itself another', async (test) => {
    const { ask, statuses } = await start(test, { rateLimits })
    await statuses(4, '/')
    const headers = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.1', 'x-client': 'me' }
    assert.equal((await ask('/', { headers })).status, 429)
  })

  it('is who the proxy says it is', async (test) => {
    const { statuses } = await start(test, { rateLimits, trustedProxies: 1 })
    const from = (forwardedFor: string) => ({ headers: { 'x-forwarded-for': forwardedFor } })
    await statuses(4, '/', from('192.0.2.1'))
    assert.deepEqual(await statuses(1, '/', from('198.51.100.1, 192.0.2.1')), [429])
    assert.deepEqual(await statuses(1, '/', from('192.0.2.1, 198.51.100.1')), [200])
  })

  it('may not write if possible more often than it may write', async (test) => {
    const { statuses } = await start(test, { rateLimits })
    assert.deepEqual(await statuses(3, '/api/openings', post), [200, 200, 429])
    assert.deepEqual(await statuses(1, '/'), [200])
  })

  it('may read at a reader as often as at the writer', async (test) => {
    const forwardToken = 'a-token-of-16-chars'
    const { statuses } = await start(test, { rateLimits, forwardToken })
    const from = (token: string) => ({
      ...post,
      headers: { 'x-forward-token': token, 'x-forwarded-client': '203.0.113.7' },
    })
    assert.deepEqual(await statuses(5, '/api/openings', from(forwardToken)), [
      ...[200, 200, 200, 200, 429],
    ])
    assert.deepEqual(await statuses(3, '/api/openings', from('another')), [200, 200, 429])
  })

  it('may do so where the limits are off', async (test) => {
    const { statuses } = await start(test)
    assert.deepEqual(new Set(await statuses(50, '/', post)), new Set([200]))
  })
})

describe('The pages', () => {
  it('are told who asks, and never what a client sends', async (test) => {
    const { ask } = await start(test)
    const answer = await ask('/', { headers: { 'x-client': 'forged' } })
    assert.equal(await answer.text(), '127.0.0.1')
  })
})

describe('A request from another site', () => {
  const headers = { 'sec-fetch-site': 'cross-site' }

  it('is refused where it could change something', async (test) => {
    const { ask } = await start(test)
    assert.equal((await ask('/', { headers })).status, 200)
    const answer = await ask('/api/notes/1', { method: 'DELETE', headers })
    assert.equal(answer.status, 403)
    assert.match(await answer.text(), /"urn:notes:problem:cross-site"/)
  })

  it('is told to its operator with what to set, and to others only on a machine of the own', async (test) => {
    const logged = test.mock.method(process.stdout, 'write')
    const said = async (isLocal: boolean) => {
      const { ask } = await start(test, { isLocal })
      const headers = { origin: 'https://notes.example' }
      return (await ask('/notes', { ...post, headers })).text()
    }
    const facts = /https:\/\/notes\.example to the host 127\.0\.0\.1:\d+ .*PUBLIC_URL/
    assert.doesNotMatch(await said(false), /PUBLIC_URL|127\.0\.0\.1/)
    assert.match(await said(true), facts)
    const lines = logged.mock.calls.map(({ arguments: [line] }) => String(line))
    logged.mock.restore()
    assert.equal(lines.filter((line) => facts.test(line)).length, 2)
  })

  it('is none where PUBLIC_URL names it', async (test) => {
    const { ask } = await start(test, { publicOrigins: ['https://notes.example'] })
    const headers = { origin: 'https://notes.example' }
    assert.equal((await ask('/notes', { ...post, headers })).status, 200)
  })

  it("does not use up its visitors' limit", async (test) => {
    const { statuses } = await start(test, { rateLimits })
    await statuses(10, '/', { ...post, headers })
    assert.deepEqual(await statuses(1, '/', post), [200])
  })
})

describe('A request', () => {
  for (const [method, path, status] of [
    ['OPTIONS', '/notes', 200],
    ['DELETE', '/api/notes/1', 200],
    ['DELETE', '/notes', 405],
    ['PROPFIND', '/api/notes', 405],
    ['TRACE', '/', 405],
    ['GET', 'http://evil.example/', 400],
    ['OPTIONS', '*', 400],
  ] as const) {
    it(`to ${method} ${path} is answered with ${status}`, async (test) => {
      const { url } = await start(test)
      const { hostname, port } = new URL(url)
      const sent = request({ hostname, port, path, method }).end()
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      answer.resume()
      assert.equal(answer.statusCode, status)
      assert.equal('allow' in answer.headers, status === 405)
    })
  }
})

describe('A body', () => {
  for (const [bytes, status] of [
    [131_072, 200],
    [131_073, 413],
  ] as const) {
    it(`of ${bytes} bytes is answered with ${status} before it comes`, async (test) => {
      const { url } = await start(test)
      const sent = request(url, { method: 'POST', headers: { 'content-length': bytes } })
      sent.flushHeaders()
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      assert.equal(answer.statusCode, status)
      sent.on('error', () => {}).destroy()
    })
  }
})

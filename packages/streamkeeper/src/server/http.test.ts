import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  Agent,
  get,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { defineConfig } from '../config.ts'
import type { Health } from '../litestream/replication.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { drain } from './drain.ts'
import { listen } from './http.ts'
import { Lifecycle } from './lifecycle.ts'
import { Protection } from './protect.ts'
import { notesApp } from './test-app.ts'
import { portOf } from './test-support.ts'

const protection = new Protection(notesApp(), { development: false, rateLimits: null })

async function start(test: TestContext) {
  const lifecycle = new Lifecycle()
  let serve: RequestListener = () => {}
  const server = await listen(0, lifecycle, {
    keepAliveSeconds: 620,
    protection,
    serve: (...request) => serve(...request),
  })
  const port = await portOf(test, server)
  return {
    lifecycle,
    server,
    url: `http://127.0.0.1:${port}`,
    port,
    lead: (pages: RequestListener) => {
      serve = pages
      lifecycle.enter({ name: 'leading', epoch: 1, replication: { health } })
    },
  }
}

const health: Health = { status: 'healthy' }
const problem = { code: 'bucket-unreachable', message: 'The bucket does not answer.' }
const hello: RequestListener = (_, response) => response.end('hello')

describe('A request that fails', () => {
  for (const [how, fail] of Object.entries<RequestListener>({
    'at once': () => {
      throw new Error('oh')
    },
    later: async () => {
      throw new Error('oh')
    },
  })) {
    it(`is told so, and ends no other: ${how}`, async (test) => {
      const { url, lead } = await start(test)
      lead(fail)
      assert.equal((await fetch(url)).status, 500)
      lead(hello)
      assert.equal(await (await fetch(url)).text(), 'hello')
    })
  }

  it('is cut off where its answer has begun', async (test) => {
    const { url, lead } = await start(test)
    lead(async (_, response) => {
      response.write('hel')
      throw new Error('oh')
    })
    await assert.rejects(async () => (await fetch(url)).text())
  })
})

describe('What is no request', () => {
  it('ends no process, whatever the app fails with when it is asked how to refuse it', async (test) => {
    const broken = defineConfig({
      name: 'notes',
      isForPrograms: ({ url }) => new URL(url ?? '', 'http://localhost').pathname === '/rpc',
    })
    const server = await listen(0, new Lifecycle(), {
      keepAliveSeconds: 620,
      protection: new Protection(notesApp(null, broken), { development: false, rateLimits: null }),
      serve: hello,
    })
    const socket = connect(await portOf(test, server), '127.0.0.1')
    socket.write('GET // HTTP/1.1\r\nhost: a\r\nno header\r\n\r\n')
    socket.resume()
    await once(socket, 'close')
    // Nothing is caught later, either.
    await new Promise(setImmediate)
  })
})

describe('While the server starts', () => {
  it('is alive but not ready', async (test) => {
    const { url } = await start(test)
    assert.equal((await fetch(`${url}/health/live`)).status, 200)
    const ready = await fetch(`${url}/health/ready`)
    assert.equal(ready.status, 503)
    assert.deepEqual(await ready.json(), { state: 'starting', step: 'start', problem: null })
  })

  it('tells the probes what is wrong', async (test) => {
    const { url, lifecycle } = await start(test)
    lifecycle.enter({ name: 'starting', step: 'restore', problem })
    const ready = await fetch(`${url}/health/ready`)
    assert.deepEqual(await ready.json(), { state: 'starting', step: 'restore', problem })
  })

  it('lets a request wait for its page', async (test) => {
    const { url, server, lead } = await start(test)
    const arrived = once(server, 'request')
    const answer = fetch(url)
    await arrived
    lead(hello)
    assert.equal(await (await answer).text(), 'hello')
  })

  it('answers a waiting request once something is wrong, and asks it to come back', async (test) => {
    const { url, server, lifecycle } = await start(test)
    const arrived = once(server, 'request')
    const answer = fetch(url)
    await arrived
    lifecycle.enter({ name: 'starting', step: 'restore', problem })
    const { status, headers } = await answer
    assert.equal(status, 503)
    assert.equal(headers.get('retry-after'), '5')
    assert.equal(
      await (await answer).text(),
      'This server is starting. The bucket does not answer.\n',
    )
  })

  it('tells a program of it in its own format', async (test) => {
    const { url, lifecycle } = await start(test)
    lifecycle.enter({ name: 'starting', step: 'restore', problem })
    const answer = await fetch(`${url}/api/notes`)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
    assert.deepEqual(await answer.json(), {
      type: 'urn:notes:problem:starting',
      status: 503,
      title: 'This server is starting.',
      detail: 'The bucket does not answer.',
    })
  })

  it('shows a browser a page that asks again', async (test) => {
    const { url, lifecycle } = await start(test)
    lifecycle.enter({ name: 'starting', step: 'restore', problem })
    const answer = await fetch(url, { headers: { accept: 'text/html' } })
    assert.match(await answer.text(), /<meta http-equiv="refresh"/)
  })

  it('never has a browser ask again by itself for what was sent', async (test) => {
    const { url, lifecycle } = await start(test)
    lifecycle.enter({ name: 'starting', step: 'restore', problem })
    const page = await fetch(url, { method: 'POST', headers: { accept: 'text/html' } })
    assert.equal(page.status, 503)
    assert.doesNotMatch(await page.text(), /http-equiv="refresh"/)
  })
})

describe('What the pages shall not see', () => {
  it('is refused while the server starts too, and nobody waits for that', async (test) => {
    const { url } = await start(test)
    const answer = await fetch(url, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })
    assert.equal(answer.status, 403)
  })

  it('never reaches them', async (test) => {
    const { url, lead } = await start(test)
    lead(() => assert.fail('The pages were asked.'))
    const headers = { origin: 'https://evil.example' }
    assert.equal((await fetch(url, { method: 'POST', headers })).status, 403)
  })
})

describe('A client that is slow', () => {
  it('is cut when it does not finish its head', async (test) => {
    const { server, port } = await start(test)
    server.headersTimeout = 1
    const socket = connect(port, '127.0.0.1')
    test.after(() => socket.destroy())
    socket.write('GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ')
    assert.match(await text(socket), /^HTTP\/1.1 408 /)
  })
})

describe('A connection', () => {
  it('is kept while nothing was said on it, and answers what then is', async (test) => {
    const { server, port, lead } = await start(test)
    lead(hello)
    server.headersTimeout = 1
    const expired = once(server, 'clientError')
    const socket = connect(port, '127.0.0.1').setEncoding('utf8')
    test.after(() => socket.destroy())
    await expired
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    const [said] = await once(socket, 'data')
    assert.match(said, /^HTTP\/1.1 200 /)
  })

  it('is cut when a slow head comes after a long silence', async (test) => {
    const { server, port } = await start(test)
    server.headersTimeout = 1
    const expired = once(server, 'clientError')
    const socket = connect(port, '127.0.0.1')
    test.after(() => socket.destroy())
    await expired
    socket.write('GET / HTTP/1.1\r\n')
    assert.match(await text(socket), /^HTTP\/1.1 408 /)
  })

  it('is kept between requests for longer than a load balancer keeps it', async (test) => {
    const { url, server, lead } = await start(test)
    const agent = new Agent({ keepAlive: true })
    test.after(() => agent.destroy())
    const connected = once(server, 'connection')
    const during = Promise.withResolvers<number | undefined>()
    lead(({ socket }, response) => {
      during.resolve(socket.timeout)
      response.end()
    })
    const answered = once(get(url, { agent }), 'response')
    const [socket] = await connected
    assert.equal(socket.timeout, 620_000)
    assert.equal(await during.promise, 120_000)
    const [answer] = (await answered) as [IncomingMessage]
    await text(answer)
    assert.ok(socket.timeout >= 620_000)
    assert.equal(server.keepAliveTimeout, 620_000)
  })
})

describe('A body that its reader gives up', () => {
  // More than the stream holds, so that some of it is still to come.
  const body = 'x'.repeat(2_000_000)
  const head = 'POST /api/notes HTTP/1.1\r\nhost: a\r\n'
  const next = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'
  const chunked = `transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

  /** Reads some of it, until the connection waits for more to be read. */
  const begin = async (request: IncomingMessage) => {
    const chunks = request[Symbol.asyncIterator]()
    await chunks.next()
    if (!request.socket.isPaused()) await once(request.socket, 'pause')
    return chunks
  }
  const refuse = (response: ServerResponse) => {
    response.statusCode = 413
    response.end()
  }

  for (const [how, giveUp] of Object.entries<RequestListener>({
    // Next does that where a handler stops to read.
    'after some of it': async (request, response) => {
      for await (const _ of request) break
      refuse(response)
    },
    'while its connection waits': async (request, response) => {
      await (await begin(request)).return?.()
      refuse(response)
    },
    'once it is answered': async (request, response) => {
      const chunks = await begin(request)
      refuse(response)
      await once(response, 'finish')
      await chunks.return?.()
    },
  })) {
    it(`lets the next request on its connection be answered: ${how}`, async (test) => {
      const { port, lead } = await start(test)
      lead((request, response) => (request.method === 'POST' ? giveUp : hello)(request, response))
      const socket = connect(port, '127.0.0.1')
      test.after(() => socket.destroy())
      socket.write(head + chunked)
      const [first] = await once(socket, 'data')
      assert.match(String(first), /^HTTP\/1\.1 413 /)
      socket.write(next)
      assert.match(await text(socket), /hello$/)
    })
  }
})

describe('What is no request that can be served', () => {
  const ask = async (test: TestContext, sent: string) => {
    const { port, lead } = await start(test)
    lead(hello)
    const socket = connect(port, '127.0.0.1')
    socket.end(sent)
    return text(socket)
  }
  const get = 'GET /notes HTTP/1.1\r\n'
  const twoEnds = 'content-length: 1\r\ntransfer-encoding: chunked\r\n'

  for (const [what, sent, status] of [
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a header that is none', `${get}host : a\r\n\r\n`, 400],
    ['a body with two ends', `${get}host: a\r\n${twoEnds}\r\n`, 400],
    ['a request that ends in the middle', get, 400],
    ['a request for two hosts', `${get}host: a\r\nhost: b\r\n\r\n`, 400],
    ['a request for no host', `${get}\r\n`, 400],
    ['a request for a host that is none', `${get}host: a/b\r\n\r\n`, 400],
    ['a long head', `${get}host: a\r\ncookie: ${'x'.repeat(17_000)}\r\n\r\n`, 431],
    ['a long address', `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431],
    ['an expectation', `${get}host: a\r\nexpect: more\r\n\r\n`, 417],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
    ['a request of HTTP/2', 'GET / HTTP/2.0\r\nhost: a\r\n\r\n', 505],
    ['a request of another version', 'GET / HTTP/9.9\r\nhost: a\r\n\r\n', 505],
  ] as const) {
    it(`is answered with ${status}, in words and with the headers that protect: ${what}`, async (test) => {
      const answer = await ask(test, sent)
      assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), answer.slice(0, 200))
      assert.match(answer, /^content-security-policy: default-src 'none'/im)
      assert.match(answer, /^x-content-type-options: nosniff/im)
      assert.match(answer, /^content-type: text\/plain/im)
      assert.match(answer, /\r\n\r\n([0-9a-f]+\r\n)?[A-Z].*\. .*\.\n(\r\n0\r\n\r\n)?$/s)
      assert.match(answer, /^connection: close/im)
    })
  }

  it('is answered as a page where one was asked for, and as a problem below /api/', async (test) => {
    const long = `host: a\r\nCookie: ${'x'.repeat(17_000)}\r\n\r\n`
    const page = await ask(test, `${get}Accept: text/html\r\n${long}`)
    assert.match(page, /^content-type: text\/html.*<h1>.*delete the cookies/ims)
    const problem = await ask(test, `GET /api/notes HTTP/1.1\r\n${long}`)
    assert.match(problem, /^content-type: application\/problem\+json.*"status":431/ims)
  })

  it('is logged, without what was in it', async (test) => {
    const logged = test.mock.method(process.stdout, 'write')
    await ask(test, `${get}host: a\r\nsecret : secret\r\n\r\n`)
    const lines = logged.mock.calls.map(({ arguments: [line] }) => String(line)).join('')
    assert.match(lines, /could not be read was answered with 400.*"status":400/)
    assert.doesNotMatch(lines, /secret/)
  })

  it('is not taken for the answer to a request before it', async (test) => {
    const { server, port, lead } = await start(test)
    lead(() => {})
    const asked = once(server, 'request')
    const socket = connect(port, '127.0.0.1')
    socket.write('POST /notes HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n')
    await asked
    socket.write('no request\r\n\r\n')
    assert.equal(await text(socket).catch(() => ''), '')
  })
})

describe('Every answer', () => {
  it('has the headers that protect, those of the start and of the probes too', async (test) => {
    const { url, lifecycle } = await start(test)
    lifecycle.enter({ name: 'starting', step: 'restore', problem })
    for (const path of ['/', '/api/notes', '/health/live']) {
      const { headers } = await fetch(url + path)
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/, path)
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
    }
  })
})

describe('Once the server leads', () => {
  it('is ready where the bucket fails too, and says so', async (test) => {
    const { url, lifecycle } = await start(test)
    const problem = new ReplicationProblem('bucket-unreachable', 'gs://secret-name', 'no answer')
    lifecycle.enter({
      name: 'leading',
      epoch: 1,
      replication: { health: { status: 'degraded', failingForMs: 7000, problem } },
    })
    const ready = await fetch(`${url}/health/ready`)
    assert.equal(ready.status, 200)
    const body = await ready.text()
    assert.match(body, /"status":"degraded","failingForMs":7000,"problem":{"code":"bucket-unr/)
    assert.doesNotMatch(body, /secret-name/)
  })

  it('is ready', async (test) => {
    const { url, lead } = await start(test)
    lead(hello)
    const ready = await fetch(`${url}/health/ready`)
    assert.equal(ready.status, 200)
    assert.deepEqual(await ready.json(), {
      state: 'leading',
      epoch: 1,
      replication: { status: 'healthy' },
    })
  })
})

describe('The startup probe', () => {
  it('succeeds once the start has ended, and also while the server stops', async (test) => {
    const { url, lifecycle, lead } = await start(test)
    const startup = async () => (await fetch(`${url}/health/startup`)).status
    assert.equal(await startup(), 503)
    lead(hello)
    assert.equal(await startup(), 200)
    lifecycle.drain()
    assert.equal(await startup(), 200)
    assert.equal((await fetch(`${url}/health/ready`)).status, 503)
  })
})

describe('A port that is taken', () => {
  it('is named, with the way out', async (test) => {
    const { port } = await start(test)
    const parts = { keepAliveSeconds: 620, protection, serve: hello }
    await assert.rejects(listen(port, new Lifecycle(), parts), {
      message: `Port ${port} is in use. Stop the program that uses it, or set PORT.`,
    })
  })
})

describe('Draining', () => {
  it('lets a request in flight finish, and closes its connection', async (test) => {
    const { url, server, lead } = await start(test)
    const finish = Promise.withResolvers<void>()
    lead(async (_, response) => {
      await finish.promise
      response.end('in full')
    })
    const arrived = once(server, 'request')
    const agent = new Agent({ keepAlive: true })
    test.after(() => agent.destroy())
    const answer = once(get(url, { agent }), 'response') as Promise<[IncomingMessage]>
    await arrived
    const drained = drain(server, 10_000)
    finish.resolve()
    const [response] = await answer
    assert.equal(await text(response), 'in full')
    await drained
  })

  it('answers what still comes over a connection that was busy, and closes it', async (test) => {
    const { server, port, lead } = await start(test)
    const finish = Promise.withResolvers<void>()
    lead(async (_, response) => {
      await finish.promise
      response.end()
    })
    const socket = connect(port, '127.0.0.1').setEncoding('utf8')
    const arrived = once(server, 'request')
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await arrived
    const drained = drain(server, 10_000)
    finish.resolve()
    await once(socket, 'data')
    socket.write('GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n')
    assert.match(await text(socket), /^HTTP\/1.1 200.*\r\nconnection: close\r\n/is)
    await drained
  })

  it('does not wait for a connection that is kept open without a request', async (test) => {
    const { server, port } = await start(test)
    const connected = once(server, 'connection')
    const socket = connect(port, '127.0.0.1').resume()
    test.after(() => socket.destroy())
    await connected
    await drain(server, 10_000)
  })

  it('does not wait for a connection that was upgraded and that its client leaves open', async (test) => {
    const { server, port } = await start(test)
    server.on('upgrade', (_, socket) => socket.end())
    const upgraded = once(server, 'upgrade')
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    test.after(() => socket.destroy())
    socket.write(
      'GET /_next/hmr HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    )
    await upgraded
    await drain(server, 20)
  })

  it('cuts an open stream at the deadline', async (test) => {
    const { url, server, lead } = await start(test)
    lead((_, response) => response.write('for ever'))
    const answer = await fetch(url)
    await drain(server, 20)
    await assert.rejects(answer.text())
  })

  it('takes no new connection', async (test) => {
    const { url, server } = await start(test)
    await drain(server, 20)
    await assert.rejects(fetch(url))
  })
})

describe('A client that offers another protocol', () => {
  it('is answered in this one, though the development server listens for its own', async (test) => {
    const { port, server, lead } = await start(test)
    lead(hello)
    server.on('upgrade', (_, socket) => socket.destroy())
    for (const upgrade of ['h2c', 'websocket', 'TLS/1.0']) {
      const headers = { connection: 'Upgrade', upgrade }
      const [answer] = await once(get({ port, headers }), 'response')
      assert.equal(answer.statusCode, 200, upgrade)
      assert.equal(await text(answer), 'hello')
    }
  })
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { App, comesFor } from '../server/app.ts'
import { isForm } from '../server/body-of.ts'
import { portOf } from '../server/test-support.ts'
import { Gate } from './gate.ts'
import { holds, type Position } from './position.ts'
import type { Reached } from './position-wait.ts'
import { Writer } from './writer.ts'

const token = 'a-token-of-16-chars'

/** Shows a form that is refused as it was filled in, in short. */
const app = new App({
  name: 'notes',
  refuse: (request, response, { problem, code, body }) => {
    if (!isForm(request)) return false
    body().then((sent) => response.writeHead(problem.status, { 'x-code': code }).end(sent))
    return true
  },
})

/** A reader whose copy is at epoch 1, transaction 5, and a writer that answers as it is told. */
async function scene(test: TestContext, answer: RequestListener) {
  const writerServer = createServer(answer).listen(0)
  const writerUrl = `http://127.0.0.1:${await portOf(test, writerServer)}`
  const writer = new Writer(new URL(writerUrl), token)
  const reached: Position[] = []
  const heard: Position[] = []
  const reach = async (wanted: Position): Promise<Reached> => {
    reached.push(wanted)
    if (holds({ epoch: 1, txid: 5 }, wanted)) return 'reached'
    return wanted.epoch > 2 ? 'made-up' : 'not-yet'
  }
  const hear = (position: Position) => heard.push(position)
  const reads = {
    ...{ reach, hear, ageMs: 7_400, unread: 0 },
    available: async () => {},
    get reading(): never {
      throw new Error('nothing is read here')
    },
  }
  const gate = new Gate(reads, writer)
  gate.open(async (request, response) => {
    const asked = { method: 'POST', headers: {}, timeoutMs: 1_000 }
    const count = async () => {
      const { status, json } = await writer.fetch('/api/count', asked)
      return status === 200 ? json() : 'unknown'
    }
    response.end(`here ${request.url === '/' ? await count().catch(() => 'unknown') : ''}`)
  })
  const server = createServer((request, response) => {
    comesFor(app, request)
    gate.serve(request, response)
  }).listen(0)
  const url = `http://127.0.0.1:${await portOf(test, server)}`
  test.after(() => writer.close())
  return {
    url,
    writer,
    writerUrl,
    reached,
    heard,
    reads,
    gate,
    stopWriter: () => writerServer.close(),
  }
}

const cookie = (position: string) => ({ headers: { cookie: `replica-position=${position}` } })

describe('The gate of a reader', { timeout: 20_000 }, () => {
  it('reads here, and says how old that is', async (test) => {
    const { url } = await scene(test, (_, response) => response.end('there'))
    const answer = await fetch(`${url}/guestbook`)
    assert.equal(await answer.text(), 'here ')
    assert.equal(answer.headers.get('x-copy-age-seconds'), '7')
  })

  it('has the writer do what writes, and gives a cookie of what has to be seen then', async (test) => {
    const { url, writerUrl } = await scene(test, async ({ headers, url }, response) => {
      response.setHeader('x-replica-position', '1-9')
      response.setHeader('set-cookie', 'a=b')
      response.writeHead(303, { location: `${writerUrl}/guestbook?signed=1` })
      response.end(JSON.stringify([headers.host, headers.origin, headers['x-forward-token'], url]))
    })
    const init = { method: 'POST', body: 'x', headers: { origin: url } }
    const answer = await fetch(`${url}/api/entries?q=1`, { ...init, redirect: 'manual' })
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.get('location'), '/guestbook?signed=1')
    assert.equal(answer.headers.get('x-replica-position'), null)
    assert.match(String(answer.headers.getSetCookie()), /^a=b,replica-position=1-9; /)
    const { host, origin } = new URL(writerUrl)
    assert.deepEqual(await answer.json(), [host, origin, token, '/api/entries?q=1'])
  })

  it('sends the whole body on, also where its length is not known before', async (test) => {
    const { url } = await scene(test, async (near, response) => {
      response.end(`${near.headers['content-length']} ${(await text(near)).length}`)
    })
    const body = new Blob(['x'.repeat(100_000)]).stream()
    const init = { method: 'DELETE', body, duplex: 'half' } as RequestInit
    assert.equal(await (await fetch(`${url}/api/entries/1`, init)).text(), 'undefined 100000')
    const known = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) })
    assert.equal(await known.text(), '100000 100000')
  })

  it('hears what is asked after a body that the writer has answered before it came whole', async (test) => {
    const { url } = await scene(test, (near, response) => {
      near.once('data', () => response.writeHead(413).end('too long'))
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    test.after(() => socket.destroy())
    const body = 'x'.repeat(5_000_000)
    socket.write('POST /api/entries HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n')
    socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
    const [first] = await once(socket, 'data')
    assert.match(String(first), /^HTTP\/1\.1 413 /)
    socket.write('GET /guestbook HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
    assert.match(await text(socket), /here /)
  })

  it('takes nothing that follows a body for a request of its own', async (test) => {
    const seen: string[] = []
    const { url } = await scene(test, async (near, response) => {
      seen.push(`${near.method} ${near.url}`)
      await text(near)
      response.end('there')
    })
    const call = request(url, { method: 'DELETE', headers: { 'transfer-encoding': 'chunked' } })
    call.end('POST /smuggled HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n')
    await new Promise((resolve) => call.once('response', resolve))
    await (await fetch(url, { method: 'POST' })).text()
    assert.deepEqual(seen, ['DELETE /', 'POST /'])
  })

  it('passes on that the writer can not write now, and when to come back', async (test) => {
    const { url } = await scene(test, (_, response) => {
      response.writeHead(503, { 'retry-after': '5' }).end('handover')
    })
    const answer = await fetch(url, { method: 'POST' })
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5'])
    assert.equal(await answer.text(), 'handover')
  })

  it('says that nothing can be written where the writer is away', async (test) => {
    const { url, stopWriter } = await scene(test, () => {})
    stopWriter()
    const answer = await fetch(`${url}/api/entries`, { method: 'POST' })
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5'])
    assert.match(await answer.text(), /writer-away/)
  })

  for (const [what, answer] of [
    ['answers nothing', null],
    [
      'breaks off once it has read it',
      (near, response) => near.resume().on('end', () => response.destroy()),
    ],
    ['breaks off at once', (_, response) => response.destroy()],
  ] as [string, RequestListener | null][]) {
    it(`has a form that can be shown again as it was filled in where the writer ${what}`, async (test) => {
      const { url, stopWriter } = await scene(test, answer ?? (() => {}))
      if (!answer) stopWriter()
      const message = 'x'.repeat(90_000)
      const page = await fetch(`${url}/guestbook/sign`, {
        method: 'POST',
        headers: { accept: 'text/html' },
        body: new URLSearchParams({ key: 'k', name: 'Ada', message }),
      })
      assert.equal(page.status, 503)
      const shown = await page.text()
      assert.match(shown, /name=Ada/)
      assert.ok(shown.includes(message))
      assert.equal(page.headers.get('x-code'), 'writer-away')
    })
  }

  it('tells a page of its own release, as it is that of the page', async (test) => {
    const { url } = await scene(test, (_, response) => {
      response.setHeader('x-release', 'of the writer').end('there')
    })
    const answer = await fetch(`${url}/guestbook/sign`, { method: 'POST' })
    assert.equal(await answer.text(), 'there')
    assert.equal(answer.headers.get('x-release'), null)
  })

  it('reads here for who has written what this copy has', async (test) => {
    const { url, reached } = await scene(test, (_, response) => response.end('there'))
    assert.equal(await (await fetch(`${url}/guestbook`, cookie('1-5'))).text(), 'here ')
    assert.deepEqual(reached, [{ epoch: 1, txid: 5 }])
  })

  it('has the writer answer who has written what this copy does not have', async (test) => {
    const { url } = await scene(test, (_, response) => response.end('there'))
    assert.equal(await (await fetch(`${url}/guestbook`, cookie('1-6'))).text(), 'there')
  })

  for (const status of [500, 503, 429]) {
    it(`reads here after all where the writer answers ${status}, and says so`, async (test) => {
      const { url } = await scene(test, (_, response) => response.writeHead(status).end())
      const answer = await fetch(`${url}/guestbook`, cookie('1-6'))
      assert.equal(await answer.text(), 'here ')
      assert.equal(answer.headers.get('x-copy-is-behind'), 'true')
    })
  }

  it('reads here after all where the writer is away', async (test) => {
    const { url, stopWriter } = await scene(test, () => {})
    stopWriter()
    const answer = await fetch(`${url}/guestbook`, cookie('2-1'))
    assert.deepEqual([answer.status, await answer.text()], [200, 'here '])
  })

  it('has the app ask the writer, and shows the page itself', async (test) => {
    const { url } = await scene(test, ({ method, url: path }, response) => {
      response.end(JSON.stringify(method === 'POST' && path === '/api/count' ? 42 : 0))
    })
    assert.equal(await (await fetch(url)).text(), 'here 42')
  })

  for (const [what, answer] of Object.entries<RequestListener>({
    'takes too long': () => {},
    refuses: (_, response) => response.writeHead(503).end('{}'),
    'says something else': (_, response) => response.end('<html>'),
  })) {
    it(`tells the app that the writer ${what}`, async (test) => {
      const { url } = await scene(test, answer)
      assert.equal(await (await fetch(url)).text(), 'here unknown')
    })
  }

  it('reads here for who shows a position that nobody was told of, and takes it away', async (test) => {
    const { url } = await scene(test, (_, response) => response.end('there'))
    const answer = await fetch(`${url}/guestbook`, cookie('9-9'))
    assert.equal(await answer.text(), 'here ')
    assert.match(String(answer.headers.getSetCookie()), /^replica-position=; Path=\/; Max-Age=0;/)
  })

  it('notes how far the writer says that the bucket is', async (test) => {
    const { url, heard } = await scene(test, (_, response) => {
      response.setHeader('x-replica-position', '1-9').end()
    })
    await (await fetch(url, { method: 'POST' })).text()
    assert.deepEqual(heard, [{ epoch: 1, txid: 9 }])
  })

  it('answers 503 and not 500 where the copy broke after a request was let in', async (test) => {
    const { url, reads, gate } = await scene(test, () => {})
    gate.open((_, response) => {
      reads.unread++
      response.writeHead(500, { 'content-type': 'text/html', 'content-length': '3' })
      response.write('a')
      response.end('bc')
    })
    const answer = await fetch(`${url}/guestbook`)
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5'])
    assert.match(await answer.text(), /the copy broke/i)
    gate.open((_, response) => {
      response.statusCode = 500
      response.end('a fault')
    })
    const fault = await fetch(`${url}/guestbook`)
    assert.deepEqual([fault.status, await fault.text()], [500, 'a fault'])
  })

  it('says how old the copy is with everything that is made from it, errors included', async (test) => {
    const { url, gate } = await scene(test, () => {})
    gate.open((_, response) => response.writeHead(404).end())
    for (const path of ['/guestbook', '/api/entries', '/status', '/nowhere', '/']) {
      const answer = await fetch(url + path)
      assert.equal(answer.headers.get('x-copy-age-seconds'), '7', path)
    }
  })

  it('asks nobody for what needs no data', async (test) => {
    const { url } = await scene(test, (_, response) => response.end('there'))
    for (const path of ['/favicon.ico', '/status', '/sign-in']) {
      assert.equal(await (await fetch(url + path, cookie('9-9'))).text(), 'here ')
    }
  })
})

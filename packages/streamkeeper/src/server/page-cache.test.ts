import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { PageCache } from './page-cache.ts'
import { headersInNext, portOf } from './test-support.ts'

const html = { accept: 'text/html' }
const ofFirstVisitor = ['x-copy-age-seconds', 'x-copy-is-behind', 'x-any-other']

/** A server whose pages show what they were told, and how often they were rendered. */
async function scene(test: TestContext) {
  const now = { ms: 0 }
  const state = {
    ...{ version: '1', rendered: 0, requests: 0, status: 200, type: 'text/html' },
    length: 0,
    lacks: null as 'nonce' | 'key' | 'number' | null,
  }
  const told: IncomingMessage['headers'][] = []
  const cache = new PageCache(() => now.ms)
  let hold = Promise.resolve()
  const render: RequestListener = async ({ headers }, response) => {
    const number = ++state.rendered
    told.push({ ...headers })
    await hold
    const nonce = /nonce-([^']+)/.exec(String(headers['content-security-policy']))?.[1]
    response.setHeader('content-type', state.type)
    response.setHeader('x-page', 'true')
    response.setHeader('vary', 'rsc, accept')
    response.setHeader('set-cookie', `first=${number}`)
    response.setHeader('etag', `"${number}"`)
    response.statusCode = state.status
    // Like Next, which answers so where it takes a request for a prefetch.
    if (headers['x-middleware-prefetch']) return response.end('{}')
    const shown = { nonce, key: headers['x-key'], number: headers['x-number'] }
    if (state.lacks) shown[state.lacks] = 'none'
    response.write(`<script nonce="${shown.nonce}">"${shown.key}"</script>`)
    response.write(`<b>${shown.number}</b> `)
    response.write('x'.repeat(state.length))
    response.end(`render ${number} é ${headers['accept-encoding']}`)
  }
  const server = createServer((request, response) => {
    const number = ++state.requests
    const nonce = `'nonce-own${number}'`
    response.setHeader('content-security-policy', nonce)
    request.headers['content-security-policy'] = nonce
    // What a gate tells one visitor, such as the age of a copy.
    if (number === 1) {
      for (const name of ofFirstVisitor) response.setHeader(name, '9')
    }
    response.setHeader('vary', 'Cookie')
    const page = {
      ...{ key: String(request.url), version: state.version },
      values: { 'x-key': `key${number}`, 'x-number': `${number}` },
      headers: { 'x-path': String(request.url) },
    }
    cache.serve(request, response, page, render)
  }).listen(0)
  const port = await portOf(test, server)
  const ask = async (path: string, headers: Record<string, string> = html) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    const text = await answer.text()
    return {
      text,
      answer,
      render: Number(/render (\d+)/.exec(text)?.[1]),
      nonce: /nonce="([^"]*)"/.exec(text)?.[1],
      key: /"(key\d+)"/.exec(text)?.[1],
      number: /<b>(.*)<\/b>/.exec(text)?.[1],
    }
  }
  return {
    now,
    state,
    told,
    server,
    ask,
    holdRenders: () => {
      const held = Promise.withResolvers<void>()
      hold = held.promise
      return held.resolve
    },
  }
}

type Seen = Awaited<ReturnType<Awaited<ReturnType<typeof scene>>['ask']>>

/** All of an answer but for what is new in each. */
function shape({ text, answer, nonce, key, number, render }: Seen) {
  const page = [`"${nonce}"`, key, `<b>${number}</b>`, `render ${render}`].reduce<string>(
    (page, own) => (own ? page.replace(own, '') : page),
    text,
  )
  return { page, status: answer.status, type: answer.headers.get('content-type') }
}

// `fetch` sets the others itself.
function canBeSent(name: string): boolean {
  return !/^(host|content-length|sec-)/.test(name)
}

describe('A page', () => {
  it('is rendered once for each key', async (test) => {
    const { ask } = await scene(test)
    assert.deepEqual([(await ask('/a')).render, (await ask('/b')).render], [1, 2])
    assert.deepEqual([(await ask('/a')).render, (await ask('/b')).render], [1, 2])
  })

  it('is rendered once for many', async (test) => {
    const { ask, state } = await scene(test)
    const renders = [await ask('/notes'), await ask('/notes')].map(({ render }) => render)
    assert.deepEqual(renders, [1, 1])
    assert.equal(state.rendered, 1)
  })

  it('is rendered once for many who come at the same time', async (test) => {
    const { ask, state, server, holdRenders } = await scene(test)
    const letGo = holdRenders()
    const first = once(server, 'request')
    const answers = [ask('/'), ask('/'), ask('/')]
    await first
    while (state.requests < 3) await once(server, 'request')
    letGo()
    const seen = await Promise.all(answers)
    assert.equal(state.rendered, 1)
    assert.deepEqual(seen.map(({ number }) => number).toSorted(), ['1', '2', '3'])
  })

  it('has in each answer what is its own', async (test) => {
    const { ask } = await scene(test)
    const [first, second] = [await ask('/'), await ask('/')]
    assert.deepEqual([first.nonce, second.nonce], ['own1', 'own2'])
    assert.deepEqual([first.number, second.number], ['1', '2'])
    assert.deepEqual([first.key, second.key], ['key1', 'key2'])
    assert.equal(second.answer.headers.get('content-security-policy'), "'nonce-own2'")
    assert.equal(second.answer.headers.get('x-page'), 'true')
  })

  it('is rendered anew when what it shows has changed', async (test) => {
    const { ask, state } = await scene(test)
    await ask('/notes')
    state.version = '2'
    assert.equal((await ask('/notes')).render, 2)
  })

  it('is rendered anew when it changed while it was rendered', async (test) => {
    const { ask, state, server, holdRenders } = await scene(test)
    const letGo = holdRenders()
    const arrived = once(server, 'request')
    const first = ask('/notes')
    await arrived
    state.version = '2'
    letGo()
    await first
    assert.equal((await ask('/notes')).render, 2)
  })

  it('is rendered anew after a second', async (test) => {
    const { ask, now } = await scene(test)
    await ask('/notes')
    now.ms = 999
    assert.equal((await ask('/notes')).render, 1)
    now.ms = 1_000
    assert.equal((await ask('/notes')).render, 2)
  })

  it('is compressed for whoever wants that', async (test) => {
    const { ask } = await scene(test)
    const { answer, text } = await ask('/notes', { ...html, 'accept-encoding': 'gzip' })
    assert.equal(answer.headers.get('content-encoding'), 'gzip')
    assert.match(text, /é undefined$/)
  })

  it('is not compressed as its visitor would rather not have it', async (test) => {
    const { ask } = await scene(test)
    for (const [accepted, coding] of [
      ['gzip;q=0', null],
      ['gzip;q=0, br', 'br'],
      ['gzip;q=0.5, br', 'br'],
      ['gzip, deflate, br, zstd', 'gzip'],
    ] as const) {
      const { answer, text } = await ask('/notes', { ...html, 'accept-encoding': accepted })
      assert.equal(answer.headers.get('content-encoding'), coding, accepted)
      assert.match(text, /é undefined$/)
    }
  })

  it('says by what it differs', async (test) => {
    const { ask } = await scene(test)
    const { answer } = await ask('/notes')
    assert.equal(answer.headers.get('vary'), 'Cookie, rsc, accept, Accept-Encoding')
  })

  it('is the same for the others whatever header of Next its first visitor sent', async (test) => {
    const { ask, state } = await scene(test)
    for (const path of ['/', '/notes', '/notes?before=1']) {
      const clean = shape(await ask(path))
      for (const name of headersInNext().filter(canBeSent)) {
        state.version = `${path} ${name}`
        await ask(path, { ...html, [name]: '1' })
        assert.deepEqual(shape(await ask(path)), clean, `${path} ${name}`)
      }
    }
  })

  it('is told nothing of the visitor whom it is rendered for', async (test) => {
    const { ask, told } = await scene(test)
    const names = headersInNext().filter(canBeSent)
    const sent = Object.fromEntries(
      [...names, 'x-forwarded-host', 'from'].map((name) => [name, '1']),
    )
    await ask('/', {
      ...sent,
      ...html,
      'user-agent': 'Mozilla/5.0 (X11) Firefox/145.0',
      'accept-encoding': 'gzip',
    })
    assert.deepEqual(Object.keys(told[0] ?? {}).toSorted(), [
      ...['accept', 'content-security-policy', 'host', 'x-key', 'x-number', 'x-path'],
    ])
    assert.deepEqual([told[0]?.host, told[0]?.accept], ['localhost', 'text/html'])
  })

  it('has no header that was set for one of its visitors', async (test) => {
    const { ask } = await scene(test)
    const [first, second] = [await ask('/notes'), await ask('/notes')]
    for (const name of ofFirstVisitor) assert.equal(first.answer.headers.get(name), '9', name)
    for (const name of [...ofFirstVisitor, 'set-cookie', 'etag']) {
      assert.equal(second.answer.headers.get(name), null, name)
    }
  })

  it('is cached only where it is a page, or JSON', async (test) => {
    const { ask, state } = await scene(test)
    state.type = 'text/event-stream'
    await ask('/notes')
    assert.equal((await ask('/notes')).render, 2)
    state.lacks = 'nonce'
    for (const [path, type] of [
      ['/b', 'application/json'],
      ['/a', 'text/html; charset=utf-8'],
    ] as const) {
      state.type = type
      assert.equal((await ask(path)).render, (await ask(path)).render)
      state.lacks = null
    }
  })

  for (const what of ['nonce', 'key', 'number'] as const) {
    it(`is cached only where it shows its ${what}`, async (test) => {
      const { ask, state } = await scene(test)
      state.lacks = what
      await ask('/')
      assert.equal((await ask('/')).render, 2)
      state.lacks = null
      await ask('/')
      assert.equal((await ask('/')).render, 3)
    })
  }

  it('makes room for others, and more where they are long', async (test) => {
    const { ask, state } = await scene(test)
    const askFor = async (pages: number, length: number) => {
      Object.assign(state, { length, version: `${pages} of ${length}` })
      const { render } = await ask('/')
      for (let page = 0; page < pages; page++) await ask(`/notes/${page}`)
      return (await ask('/')).render === render
    }
    assert.ok(await askFor(199, 0))
    assert.equal(await askFor(200, 0), false)
    assert.ok(await askFor(3, 1_000_000))
    assert.equal(await askFor(5, 1_000_000), false)
    assert.equal(await askFor(0, 5_000_000), false)
  })

  it('that is none is not cached', async (test) => {
    const { ask, state } = await scene(test)
    state.status = 500
    assert.equal((await ask('/notes')).answer.status, 500)
    state.status = 200
    assert.equal((await ask('/notes')).answer.status, 200)
  })

  it('is rendered for the others when whoever came first has gone', async (test) => {
    const { ask, server, state, holdRenders } = await scene(test)
    const letGo = holdRenders()
    const arrived = once(server, 'request')
    const client = new AbortController()
    const address = server.address()
    assert.ok(address && typeof address === 'object')
    const url = `http://127.0.0.1:${address.port}/notes`
    const gone = fetch(url, { headers: html, signal: client.signal })
    const [request] = (await arrived) as [IncomingMessage]
    const second = ask('/notes')
    while (state.requests < 2) await once(server, 'request')
    client.abort()
    await assert.rejects(gone)
    if (!request.socket.destroyed) await once(request.socket, 'close')
    letGo()
    assert.equal((await second).answer.status, 200)
  })
})

describe('A value that could be markup, or is too long', () => {
  for (const value of ['<b>', 'a"b', "a'b", 'a&b', 'a\\', 'a`b', 'a\nb', 'é'.repeat(32_768)]) {
    it(`is put into no page: ${JSON.stringify(value).slice(0, 30)}`, async (test) => {
      const cache = new PageCache()
      const page = { key: 'a', version: '1', values: { 'x-name': value }, headers: {} }
      const refused = Promise.withResolvers<unknown>()
      const server = createServer((request, response) => {
        cache.serve(request, response, page, () => {}).catch(refused.resolve)
        response.end()
      }).listen(0)
      await fetch(`http://127.0.0.1:${await portOf(test, server)}`)
      assert.match(String(await refused.promise), /x-name can't be put into a cached page/)
    })
  }
})

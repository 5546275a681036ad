import assert from 'node:assert/strict'
import type { IncomingMessage, RequestListener } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import type { Notice } from 'streamkeeper/config'
import { PageCache } from 'streamkeeper/http'
import { handleWith } from './handle.ts'
import { serve } from './test-server.ts'
import { told } from './told.ts'

const html = { accept: 'text/html' }

type Given = { next?: RequestListener; isFull?: boolean; notice?: Notice | null }

/** Pages that give what they are told; the number of today is that of all visits. */
async function scene(test: TestContext, { next, isFull = false, notice = null }: Given = {}) {
  const state = { visits: 0, rendered: 0, lacks: '' }
  const seen: IncomingMessage['headers'][] = []
  const visits = () => ({ total: state.visits, today: state.visits })
  const show: RequestListener = ({ url, headers }, response) => {
    const number = ++state.rendered
    seen.push({ ...headers })
    response.setHeader('content-type', 'text/html')
    const names = [told.shownVisits, told.shownTimes, told.shownToday, told.notice, told.later]
    const shown = names.map((name) => headers[name] ?? '-')
    const nonce = headers['content-security-policy']
    const key = state.lacks === 'key' ? 'none' : headers[told.formKey]
    response.end(`${[url, ...shown].join(' | ')} {${nonce}} [${key}] render ${number}`)
  }
  const handle = handleWith({
    data: async () => ({
      countVisits: async () => visits(),
      entriesVersion: async () => '1',
      listEntries: async () => ({ entries: [], older: null }),
    }),
    count: async () => {
      if (isFull) return null
      state.visits++
      return visits()
    },
    replicated: () => ({
      ...{ role: 'writer', state: 'ok', durableAgoMs: 400, missing: 0, waiting: 0 },
      ...{ epoch: 3, txid: 7, why: null },
    }),
    cache: new PageCache(() => 0),
  })
  const url = await serve(test, async (request, response) => {
    request.headers['content-security-policy'] = "'nonce-own'"
    await handle(request, response, { next: next ?? show, notice })
  })
  const ask = (path: string, init: RequestInit = {}) => fetch(url + path, init)
  const read = async (path: string, headers: Record<string, string> = html) => {
    const text = await (await ask(path, { headers })).text()
    const [, page, , key, number] = /^(.*) \{(.*)\} \[(.*)\] render (\d+)$/.exec(text) ?? []
    return { page, key, render: Number(number) }
  }
  return { state, seen, ask, read }
}

describe('The front page', () => {
  it('counts who opens it, and tells them their number', async (test) => {
    const { read, ask, state } = await scene(test)
    assert.equal((await read('/')).page, '/ | 1 | time | 1 | - | -')
    state.visits = 1_236
    const second = await read('/')
    assert.equal(second.page, '/ | 1,237 | times | 1,237 | - | -')
    assert.equal(second.render, 1)
    assert.equal((await ask('/', { headers: html })).headers.get('x-visit'), null)
  })

  it('is shown with what there is where a visit can not be written, and says so', async (test) => {
    const { ask, read } = await scene(test, { isFull: true })
    const answer = await ask('/', { headers: html })
    assert.deepEqual([answer.status, answer.headers.get('x-visit')], [200, 'not-counted'])
    assert.equal((await read('/')).page, '/ | 0 | times | 0 | not-written | -')
  })

  for (const notice of ['preview', 'older-release', 'not-written'] as const) {
    it(`counts nothing where nothing is written, and says why: ${notice}`, async (test) => {
      const { ask, read, state } = await scene(test, { notice })
      assert.equal((await read('/')).page, `/ | 0 | times | 0 | ${notice} | -`)
      assert.equal((await ask('/', { headers: html })).headers.get('x-visit'), 'not-counted')
      assert.equal((await read('/guestbook')).page, `/guestbook | - | - | - | ${notice} | -`)
      assert.equal(state.visits, 0)
    })
  }

  it('is one line of text for a program', async (test) => {
    const { ask, state } = await scene(test)
    const curl = { accept: '*/*', 'user-agent': 'curl/8.5.0' }
    const answer = await ask('/?from=me', { headers: curl })
    assert.equal(await answer.text(), 'This server has been visited 1 time.\n')
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
    assert.equal(answer.headers.get('vary'), 'accept, user-agent')
    const head = await ask('/', { headers: curl, method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    assert.deepEqual([state.visits, state.rendered], [1, 0])
  })

  it('says in a second line that nothing was counted', async (test) => {
    const { ask } = await scene(test, { notice: 'not-written' })
    const answer = await ask('/', { headers: { accept: 'text/plain' } })
    const said =
      'This server has been visited 0 times.\nVisits are not being counted at the moment.\n'
    assert.equal(await answer.text(), said)
    assert.equal(answer.headers.get('x-visit'), 'not-counted')
  })

  it('is a page for a preview of a link, which is not counted', async (test) => {
    const { read, state } = await scene(test)
    const { page } = await read('/', { accept: '*/*', 'user-agent': 'WhatsApp/2.23.20.0' })
    assert.equal(page, '/ | - | - | - | - | -')
    assert.equal(state.visits, 0)
  })

  it('is to be counted when it is shown where it is asked for before', async (test) => {
    const { read, state } = await scene(test)
    for (const purpose of ['prefetch', 'prefetch;prerender']) {
      const { page } = await read('/', { ...html, 'sec-purpose': purpose })
      assert.equal(page, '/ | - | - | - | - | true')
    }
    const forged = await read('/', { ...html, [told.later]: 'true' })
    assert.equal(forged.page, '/ | 1 | time | 1 | - | -')
    assert.equal(state.visits, 1)
  })
})

describe('A visit that a program counts', () => {
  it('is refused where it can not be written', async (test) => {
    const { ask } = await scene(test, { isFull: true })
    const answer = await ask('/api/visits', { method: 'POST' })
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5'])
    assert.match(await answer.text(), /urn:visits:problem:not-counted/)
  })
})

describe('GET /live', () => {
  it('takes no notice of its query, and leaves all other pages to others', async (test) => {
    const { ask } = await scene(test)
    assert.equal((await ask('/live?now')).headers.get('content-type'), 'application/json')
    for (const path of ['/', '/lively', '/live/', '/guestbook?/live']) {
      const answer = await ask(path, { headers: html })
      assert.equal(answer.headers.get('content-type'), 'text/html')
    }
  })
})

describe('A page that says what became of a form', () => {
  const tell: RequestListener = ({ headers }, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(headers.cookie)
  }

  it('takes away what it was told by', async (test) => {
    const { ask } = await scene(test, { next: tell })
    const answer = await ask('/guestbook?signed=1', {
      headers: { ...html, cookie: 'signed=1.38' },
    })
    assert.match(await answer.text(), /signed=1\.38/)
    assert.match(String(answer.headers.getSetCookie()), /^signed=; Path=\/; Max-Age=0;/)
  })

  it('leaves it to be said where it says nothing', async (test) => {
    const { ask } = await scene(test, { next: tell })
    const cookie = 'signed=1.38'
    for (const [path, headers] of [
      ['/guestbook', { accept: 'application/json', cookie }],
      ['/live', { ...html, cookie }],
      ['/guestbook', html],
    ] as const) {
      const answer = await ask(path, { headers })
      assert.deepEqual(answer.headers.getSetCookie(), [], path)
    }
  })
})

describe('A page', () => {
  it('has a key of its own in the form of each answer', async (test) => {
    const { read } = await scene(test)
    for (const path of ['/', '/guestbook']) {
      const [first, second] = [await read(path), await read(path)]
      assert.equal(second.render, first.render)
      assert.match(String(first.key), /^[0-9a-f-]{36}$/)
      assert.notEqual(first.key, second.key)
    }
  })

  it('is cached without a form where it has none', async (test) => {
    const { read, state } = await scene(test)
    state.lacks = 'key'
    for (const path of ['/how-it-works', '/guestbook?before=1']) {
      assert.equal((await read(path)).render, (await read(path)).render)
    }
    assert.notEqual((await read('/guestbook')).render, (await read('/guestbook')).render)
  })

  it('of the API is cached where it is data for everybody', async (test) => {
    const { read, ask } = await scene(test)
    for (const path of ['/api/entries', '/api/entries?limit=3', '/api/entries?before=7']) {
      // The pages of this test have a nonce, and no data have.
      assert.equal((await read(path, {})).render, (await read(path)).render)
    }
    for (const path of ['/api/entries?x=1', '/api/entries/1', '/api/visits']) {
      assert.notEqual((await read(path, {})).render, (await read(path, {})).render)
    }
    const post = () => ask('/api/entries', { method: 'POST' }).then((answer) => answer.text())
    assert.notEqual(await post(), await post())
  })

  it('is not cached from one day to the next, as it says which day today is', async (test) => {
    const { read } = await scene(test)
    test.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-25T23:59:59Z') })
    const { render } = await read('/')
    test.mock.timers.setTime(Date.parse('2026-11-26T00:00:00Z'))
    assert.notEqual((await read('/')).render, render)
  })

  it('believes no visitor what there is to show', async (test) => {
    const { read } = await scene(test)
    const forged = Object.fromEntries(Object.values(told).map((name) => [name, '9']))
    for (const more of [{}, { cookie: 'a=b' }]) {
      const { page } = await read('/guestbook', { ...html, ...forged, ...more })
      assert.equal(page, '/guestbook | - | - | - | - | -')
    }
  })

  it('is told its path, whatever its visitor claims', async (test) => {
    const { read, seen } = await scene(test)
    for (const more of [{}, { cookie: 'a=b' }]) {
      await read('/guestbook?before=1', { ...html, [told.path]: '/admin', ...more })
      assert.equal(seen.pop()?.[told.path], '/guestbook')
    }
  })

  it('is told nothing else of the visitor whom it is cached for', async (test) => {
    const { read, seen } = await scene(test)
    await read('/', { ...html, 'x-any': '1', 'user-agent': 'Mozilla/5.0 (X11) Firefox/145.0' })
    assert.deepEqual(
      Object.keys(seen[0] ?? {}).toSorted(),
      [
        ...['accept', 'content-security-policy', 'host', told.formKey, told.path],
        ...[told.day, told.shownVisits, told.shownToday, told.shownTimes].toSorted(),
      ].toSorted(),
    )
  })

  for (const [who, path, headers] of [
    ['who has a cookie', '/guestbook', { ...html, cookie: 'a=b' }],
    ['a preview of a link', '/guestbook', { ...html, 'user-agent': 'LinkedInBot/1.0' }],
    ['who asks for a part of it', '/guestbook', { ...html, rsc: '1' }],
    ['a program', '/guestbook', { accept: '*/*' }],
    ['who has just written', '/guestbook?signed=1', html],
    ['another page', '/admin', html],
  ] as const) {
    it(`is not cached for ${who}`, async (test) => {
      const { read } = await scene(test)
      await read('/guestbook')
      assert.equal((await read(path, headers)).render, 2)
      assert.equal((await read(path, headers)).render, 3)
    })
  }
})

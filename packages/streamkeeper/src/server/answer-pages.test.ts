import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { answerPages } from './answer-pages.ts'
import { portOf } from './test-support.ts'

const html = { accept: 'text/html' }

/** Pages that give what they are told of visits. */
async function scene(
  test: TestContext,
  { render = show, isFull = false }: { render?: RequestListener; isFull?: boolean } = {},
) {
  const state = { visits: 0, isFull }
  const visits = () => ({ total: state.visits, today: 1 })
  const pages = answerPages(
    {
      recordVisit: async () => {
        if (state.isFull) throw new Error('database or disk is full')
        state.visits++
        return visits()
      },
      countVisits: async () => visits(),
      entriesVersion: async () => '1',
    },
    render,
  )
  const server = createServer((...request) => pages(...request)).listen(0)
  const url = `http://127.0.0.1:${await portOf(test, server)}`
  return { state, ask: (path: string, init: RequestInit = {}) => fetch(url + path, init) }
}

function show(
  { url, headers }: Parameters<RequestListener>[0],
  response: { end(text: string): void },
) {
  const told = ['x-visits-shown', 'x-notice', 'x-visit-later'].map((name) => headers[name] ?? '-')
  response.end([url, ...told].join(' | '))
}

describe('The front page', () => {
  it('counts who opens it, and tells them their number', async (test) => {
    const { ask } = await scene(test)
    const answer = await ask('/', { headers: html })
    assert.equal(await answer.text(), '/ | 1 time 1 | - | -')
    assert.equal(answer.headers.get('x-visit'), null)
  })

  it('is shown with what there is where a visit can not be written, and says so', async (test) => {
    const { ask } = await scene(test, { isFull: true })
    const answer = await ask('/', { headers: html })
    assert.deepEqual([answer.status, answer.headers.get('x-visit')], [200, 'not-counted'])
    assert.equal(await answer.text(), '/ | 0 times 1 | not-counted | -')
  })

  it('is one line of text for a program', async (test) => {
    const { ask } = await scene(test)
    const answer = await ask('/?from=me', { headers: { 'user-agent': 'curl/8.5.0' } })
    assert.equal(await answer.text(), '/visits/plain-text?from=me | 1 time 1 | - | -')
  })

  it('is a page for a preview of a link, which is not counted', async (test) => {
    const { ask, state } = await scene(test)
    const answer = await ask('/', { headers: { 'user-agent': 'WhatsApp/2.23.20.0' } })
    assert.equal(await answer.text(), '/ | - | - | -')
    assert.equal(state.visits, 0)
  })

  it('is to be counted when it is shown where it is asked for before', async (test) => {
    const { ask, state } = await scene(test)
    for (const purpose of ['prefetch', 'prefetch;prerender']) {
      const answer = await ask('/', { headers: { ...html, 'sec-purpose': purpose } })
      assert.equal(await answer.text(), '/ | - | - | true')
    }
    const forged = await ask('/', { headers: { ...html, 'x-visit-later': 'true' } })
    assert.equal(await forged.text(), '/ | 1 time 1 | - | -')
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

describe('A page that can not be made', () => {
  const broken = () => {
    throw new Error('broken')
  }

  it('says so in the looks of the app', async (test) => {
    const { ask } = await scene(test, { render: broken })
    const answer = await ask('/guestbook', { headers: html })
    assert.equal(answer.status, 500)
    assert.match(await answer.text(), /<h1>This page could not be made/)
  })
})

describe('A page that says what became of a form', () => {
  const tell: RequestListener = ({ headers }, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(headers.cookie)
  }

  it('takes away what it was told by', async (test) => {
    const { ask } = await scene(test, { render: tell })
    const answer = await ask('/guestbook?signed=1', {
      headers: { ...html, cookie: 'signed=1.38' },
    })
    assert.match(await answer.text(), /signed=1\.38/)
    assert.match(String(answer.headers.getSetCookie()), /^signed=; Path=\/; Max-Age=0;/)
  })

  it('leaves it to be said where it says nothing', async (test) => {
    const { ask } = await scene(test, { render: tell })
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

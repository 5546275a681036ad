import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { answerPages } from './answer-pages.ts'
import { lookOnly } from './look-only.ts'
import { portOf } from './test-support.ts'

/** A server of a kind that needs no lease. */
async function start(test: TestContext, isPreview: boolean) {
  const counted: string[] = []
  const data = {
    recordVisit: async () => ({ total: counted.push('visit'), today: 1 }),
    countVisits: async () => ({ total: 41, today: 4 }),
    entriesVersion: async () => '1',
  }
  const pages = answerPages(
    data,
    ({ headers, method }, response) => {
      response.end([method, headers['x-visits'], headers['x-notice']].join(' '))
    },
    { isPreview: () => isPreview },
  )
  const server = createServer(lookOnly(() => isPreview, pages)).listen(0)
  const url = `http://127.0.0.1:${await portOf(test, server)}`
  return { ask: (path: string, init = {}) => fetch(url + path, init), counted }
}

describe('A server without a lease', () => {
  it('counts nothing for who only looks, and says so', async (test) => {
    const { ask, counted } = await start(test, true)
    const answer = await ask('/')
    assert.equal(answer.headers.get('x-visit'), 'not-counted')
    assert.equal(await answer.text(), 'GET 41 preview')
    assert.equal(await (await ask('/guestbook')).text(), 'GET  preview')
    assert.deepEqual(counted, [])
  })

  for (const path of ['/', '/api/entries', '/api/visits']) {
    it(`refuses POST ${path} of who only looks`, async (test) => {
      const { ask } = await start(test, true)
      const answer = await ask(path, { method: 'POST' })
      assert.equal(answer.status, 503)
      assert.match(await answer.text(), /in a preview.*This is a preview/)
    })
  }

  it('lets who signs in do so', async (test) => {
    const { ask } = await start(test, true)
    assert.equal((await ask('/sign-in/session', { method: 'POST' })).status, 200)
  })

  it('serves everybody else, and believes no notice of theirs', async (test) => {
    const { ask, counted } = await start(test, false)
    const headers = { 'x-notice': 'preview', 'x-visits': '7' }
    assert.equal(await (await ask('/', { headers })).text(), 'GET 1 ')
    assert.equal(await (await ask('/api/entries', { method: 'POST' })).text(), 'POST  ')
    assert.deepEqual(counted, ['visit'])
  })
})

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { comesFor } from './app.ts'
import { handleWith } from './handle.ts'
import { lookOnly } from './look-only.ts'
import { notes, notesApp } from './test-app.ts'
import { portOf } from './test-support.ts'

/** A server of a kind that needs no lease. */
async function start(test: TestContext, isPreview: boolean) {
  const app = notesApp(null, {
    ...notes,
    handle: ({ method }, response, { notice }) => void response.end(`${method} ${notice}`),
  })
  const pages = handleWith(app, () => {}, { isPreview: () => isPreview })
  const serve = lookOnly(() => isPreview, pages)
  const server = createServer((request, response) => {
    comesFor(app, request)
    serve(request, response)
  }).listen(0)
  const url = `http://127.0.0.1:${await portOf(test, server)}`
  return { ask: (path: string, init = {}) => fetch(url + path, init) }
}

describe('A server without a lease', () => {
  it('says to the app that somebody only looks', async (test) => {
    const { ask } = await start(test, true)
    for (const path of ['/', '/notes']) {
      assert.equal(await (await ask(path)).text(), 'GET preview')
    }
  })

  for (const path of ['/', '/api/notes', '/api/openings']) {
    it(`refuses POST ${path} of who only looks`, async (test) => {
      const { ask } = await start(test, true)
      const answer = await ask(path, { method: 'POST' })
      assert.equal(answer.status, 503)
      assert.match(await answer.text(), /in a preview.*This is a preview/)
    })
  }

  it('lets through what needs nothing', async (test) => {
    const { ask } = await start(test, true)
    assert.equal((await ask('/sign-in', { method: 'POST' })).status, 200)
  })

  it('serves everybody else', async (test) => {
    const { ask } = await start(test, false)
    assert.equal(await (await ask('/')).text(), 'GET null')
    assert.equal(await (await ask('/api/notes', { method: 'POST' })).text(), 'POST null')
  })
})

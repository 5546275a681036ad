import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import type { Config } from '../config.ts'
import { App } from './app.ts'
import { handleWith } from './handle.ts'
import { portOf } from './test-support.ts'

const hello: RequestListener = ({ url }, response) => response.end(`Next has ${url}`)
const broken: RequestListener = () => {
  throw new Error('broken')
}

async function scene(
  test: TestContext,
  config: Partial<Config>,
  next = hello,
  options: Parameters<typeof handleWith>[2] = {},
) {
  const pages = handleWith(new App({ name: 'notes', ...config }), next, options)
  const server = createServer((...request) => pages(...request)).listen(0)
  const url = `http://127.0.0.1:${await portOf(test, server)}`
  return (path: string) => fetch(url + path, { headers: { accept: 'text/html' } })
}

describe('A request that is let in', () => {
  it('is for Next where the app does nothing of its own', async (test) => {
    const ask = await scene(test, {})
    assert.equal(await (await ask('/a')).text(), 'Next has /a')
  })

  it('is for the app first, which has Next answer what it does not', async (test) => {
    const ask = await scene(test, {
      handle: (request, response, { next }) => {
        if (request.url === '/own') response.end('own')
        else next(request, response)
      },
    })
    assert.equal(await (await ask('/own')).text(), 'own')
    assert.equal(await (await ask('/a')).text(), 'Next has /a')
  })

  for (const [who, config, next] of [
    ['Next', {}, broken],
    ['the app', { handle: () => Promise.reject(new Error('broken')) }, hello],
  ] as const) {
    it(`is told so in words where ${who} fails`, async (test) => {
      const answer = await (await scene(test, config, next))('/')
      assert.equal(answer.status, 500)
      assert.match(await answer.text(), /<h1>This page could not be made/)
    })
  }

  it('is cut off where its answer has begun, as nobody could tell a part from the whole', async (test) => {
    const ask = await scene(test, {}, (_, response) => {
      response.write('hel')
      throw new Error('broken')
    })
    await assert.rejects(async () => (await ask('/')).text())
  })

  it('is not cut off by what fails once its answer is whole', async (test) => {
    const long = 'x'.repeat(5_000_000)
    const ask = await scene(test, {}, (_, response) => {
      response.end(long)
      throw new Error('broken')
    })
    assert.equal(await (await ask('/')).text(), long)
  })

  it('is to come back where what failed passes', async (test) => {
    const transient = () => ({ code: 'database-busy', message: 'It has too much to do.' })
    const answer = await (await scene(test, {}, broken, { transient }))('/')
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5'])
    assert.match(await answer.text(), /The database has too much to do/)
  })
})

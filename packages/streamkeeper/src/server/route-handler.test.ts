import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { answerByHandler, type RouteHandler } from './route-handler.ts'
import { portOf } from './test-support.ts'

async function scene(test: TestContext, handler: RouteHandler) {
  const server = createServer(async (request, response) => {
    response.setHeader('x-own', 'kept')
    const answered = await answerByHandler(handler, request, response).catch((error) => {
      response.writeHead(500).end(error.message)
      return true
    })
    if (!answered) response.writeHead(200).end('by Next')
  }).listen(0)
  const port = await portOf(test, server)
  return (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init)
}

describe('A route handler', () => {
  it('answers without Next, and sees all of the request', async (test) => {
    const ask = await scene(test, async (request) => {
      const { pathname, search } = new URL(request.url)
      const sent = Buffer.concat(await Array.fromAsync(request.body ?? [])).toString()
      const body = `${request.method} ${pathname}${search} ${request.headers.get('X-Key')} ${sent}`
      return { status: 201, headers: { location: '/1' }, body }
    })
    const answer = await ask('/a?b=c', { method: 'POST', headers: { 'x-key': 'k' }, body: 'é' })
    assert.equal(await answer.text(), 'POST /a?b=c k é')
    const { headers, status } = answer
    assert.deepEqual([status, headers.get('location'), headers.get('x-own')], [201, '/1', 'kept'])
    assert.equal(await (await ask('/a', { headers: { 'x-key': 'k' } })).text(), 'GET /a k ')
  })

  it('leaves to Next a body that does not say how long it is', async (test) => {
    const ask = await scene(test, async () => ({
      status: 200,
      headers: {},
      body: 'by the handler',
    }))
    const body = new Blob(['x']).stream()
    const streamed = { method: 'POST', body, duplex: 'half' }
    const answer = await ask('/a', streamed)
    assert.equal(await answer.text(), 'by Next')
  })

  it('sets each of its cookies, and says how long its answer is', async (test) => {
    const cookies = ['a=1', 'b=2']
    const answer = { status: 200, headers: { 'set-cookie': cookies }, body: 'é' }
    const ask = await scene(test, async () => answer)
    const { headers } = await ask('/a', { method: 'POST', body: 'x' })
    assert.deepEqual(headers.getSetCookie(), cookies)
    assert.equal(headers.get('content-length'), '2')
  })

  it('that fails has answered nothing', async (test) => {
    const ask = await scene(test, () => Promise.reject(new Error('broken')))
    const answer = await ask('/a', { method: 'POST', body: 'x' })
    assert.deepEqual([answer.status, await answer.text()], [500, 'broken'])
  })
})

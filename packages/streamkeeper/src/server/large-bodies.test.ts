import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  ServerResponse,
} from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { bodyOf } from './body-of.ts'
import { LargeBodies, largeAtOnce } from './large-bodies.ts'
import { Protection } from './protect.ts'
import { notesApp } from './test-app.ts'
import { portOf } from './test-support.ts'

describe('Large bodies', () => {
  it('are let in so many at a time, and the next one once another is answered', async (test) => {
    const { send, letIn } = await start(test)
    const first = await letIn(largeAtOnce, formLimitBytes)
    assert.equal(await statusOf(send(formLimitBytes).end('a'.repeat(formLimitBytes))), 503)
    first[0]?.end('a'.repeat(formLimitBytes))
    assert.equal(await statusOf(first[0]), 200)
    assert.equal(await statusOf(send(formLimitBytes).end('a'.repeat(formLimitBytes))), 200)
  })

  it('give their place back where their sender goes away', async (test) => {
    const { send, letIn, gone } = await start(test)
    const first = await letIn(largeAtOnce, formLimitBytes)
    for (const call of first) call.destroy()
    await gone(first.length)
    assert.equal(await statusOf(send(formLimitBytes).end('a'.repeat(formLimitBytes))), 200)
  })

  it('take no place of which nobody would tell that it is free', () => {
    const bodies = new LargeBodies()
    for (let times = 0; times <= largeAtOnce; times++) {
      const headers = { 'content-length': String(formLimitBytes) }
      const incoming = { method: 'POST', headers } as IncomingMessage
      const response = new ServerResponse(incoming)
      Object.defineProperty(response, 'closed', { value: true })
      assert.equal(bodies.refuses(incoming, response), null)
    }
  })

  it('are also those that do not say how large they are', async (test) => {
    const { send, letIn } = await start(test)
    await letIn(largeAtOnce, null)
    const [answer] = await once(send(null, { accept: '*/*' }).end('a'), 'response')
    assert.equal(answer.statusCode, 503)
    assert.match(await text(answer), /32 KiB that says so \(Content-Length\) is always let in/)
  })

  it('keep out no body of the size that a program may send', async (test) => {
    const { send, letIn } = await start(test)
    await letIn(largeAtOnce, formLimitBytes)
    await letIn(largeAtOnce, apiLimitBytes)
    assert.equal(await statusOf(send(apiLimitBytes).end('a'.repeat(apiLimitBytes))), 200)
  })

  it('are not kept where they are refused, and their form is answered', async (test) => {
    const { send, letIn, refused } = await start(test)
    await letIn(largeAtOnce, formLimitBytes)
    const call = send(formLimitBytes, { accept: 'text/html' })
    const [answer] = await once(call.end('a'.repeat(formLimitBytes)), 'response')
    assert.equal(answer.headers['retry-after'], '5')
    assert.match(answer.headers['content-type'], /^text\/html/)
    assert.ok((await bodyOf(refused[0] as IncomingMessage)) === null)
  })
})

const { forms: formLimitBytes, programs: apiLimitBytes } = notesApp().bodyLimits

async function start(test: TestContext) {
  const protection = new Protection(notesApp(), { development: false, rateLimits: null })
  let inside = 0
  let left = 0
  const refused: IncomingMessage[] = []
  const server = createServer(async (incoming, response) => {
    response.once('close', () => left++)
    protection.receive(incoming, response)
    if (await protection.refuses(incoming, response)) return refused.push(incoming)
    inside++
    incoming.resume().once('end', () => response.end())
  }).listen(0)
  const port = await portOf(test, server)
  const calls: ClientRequest[] = []
  test.after(() => {
    for (const call of calls) call.destroy()
  })

  /** @param length null for a body that doesn't say how long it is */
  const send = (length: number | null, headers = {}) => {
    const kind = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
    const size = length === null ? { 'transfer-encoding': 'chunked' } : { 'content-length': length }
    const call = request({
      ...{ port, path: '/notes/new', method: 'POST', headers: { ...kind, ...size } },
    })
    calls.push(call.on('error', () => {}))
    return call
  }
  /** Sends the head of so many, and waits until all are let in. */
  const letIn = async (count: number, length: number | null) => {
    const wanted = inside + count
    const sent = Array.from({ length: count }, () => send(length))
    for (const call of sent) call.flushHeaders()
    while (inside < wanted) await new Promise(setImmediate)
    return sent
  }
  const gone = async (count: number) => {
    while (left < count) await new Promise(setImmediate)
  }
  return { send, letIn, gone, refused }
}

async function statusOf(call: ClientRequest | undefined): Promise<number> {
  const [answer] = await once(call as ClientRequest, 'response')
  answer.resume()
  return answer.statusCode
}

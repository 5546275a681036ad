import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { untilReady } from './ready.mjs'

describe('waiting for the server', () => {
  it('tells each reason once, and ends when it is ready', async () => {
    const reasons = ['no bucket', 'no bucket', 'no right', 'no right', null]
    const server = createServer((_, response) => {
      const message = reasons.shift()
      response.writeHead(message ? 503 : 200).end(JSON.stringify({ problem: { message } }))
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const told = []
    const ready = await untilReady(`http://127.0.0.1:${server.address().port}`, {
      signal: new AbortController().signal,
      onProblem: (problem) => told.push(problem),
      patienceMs: -1,
      everyMs: 5,
    })
    server.close()
    assert.deepEqual([ready, told], [true, ['no bucket', 'no right']])
  })

  it('ends when it is told to', async () => {
    const stop = new AbortController()
    const waiting = untilReady('http://127.0.0.1:9', { signal: stop.signal, onProblem() {} })
    stop.abort()
    assert.equal(await waiting, false)
  })
})

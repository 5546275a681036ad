import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { requestKind } from '../app/request-kind.ts'
import { temporaryDatabase } from '../db/test-support.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import { Gate } from './gate.ts'
import { Lifecycle } from './lifecycle.ts'
import { portOf } from './test-support.ts'

const health = { status: 'healthy' } as const

async function scene(test: TestContext, { hasCopy = true } = {}) {
  const lifecycle = new Lifecycle()
  lifecycle.enter({ name: 'following', problem: null })
  const current = hasCopy ? temporaryDatabase(test) : null
  const asked: string[] = []
  let granted = Promise.withResolvers<void>()
  const leadership = {
    get isLeading() {
      return lifecycle.state.name === 'leading'
    },
    lead: () => {
      asked.push('lead')
      return granted.promise
    },
    admit: (_: Promise<unknown>, serve: () => void) => {
      asked.push('admit')
      serve()
    },
    position: '3-17',
    refreshSoon: () => asked.push('refresh'),
  }
  const gate = new Gate(leadership, { current, ageMs: 7_400 }, lifecycle)
  gate.open((request, response) => response.end(requestKind(request)))
  const server = createServer((request, response) => gate.serve(request, response)).listen(0)
  const port = await portOf(test, server)
  return {
    asked,
    server,
    url: `http://127.0.0.1:${port}`,
    lead: () => {
      lifecycle.enter({ name: 'leading', epoch: 1, replication: { health } })
      granted.resolve()
    },
    refuse: () => {
      granted.reject(new ReplicationProblem('bucket-unreachable', 'gs://b', 'no'))
      granted = Promise.withResolvers()
    },
  }
}

describe('The gate', () => {
  it('lets writes wait until this instance leads', async (test) => {
    const { url, server, asked, lead } = await scene(test)
    const arrived = once(server, 'request')
    const answer = fetch(url, { method: 'POST' })
    await arrived
    assert.deepEqual(asked, ['lead'])
    lead()
    assert.equal(await (await answer).text(), 'write')
    assert.deepEqual(asked, ['lead', 'admit'])
  })

  it('says in the answer to a write up to where all is in the bucket', async (test) => {
    const { url, lead } = await scene(test)
    lead()
    const written = await fetch(url, { method: 'POST' })
    assert.equal(written.headers.get('x-replica-position'), '3-17')
    const { headers } = await fetch(`${url}/guestbook`)
    assert.equal(headers.get('x-replica-position'), null)
  })

  it('forgets a write whose client has gone while it waited', async (test) => {
    const { url, server, asked, lead } = await scene(test)
    const arrived = once(server, 'request')
    const client = new AbortController()
    const answer = fetch(url, { method: 'POST', signal: client.signal })
    const [, response] = await arrived
    client.abort()
    await assert.rejects(answer)
    if (!response.closed) await once(response, 'close')
    lead()
    await fetch(`${url}/favicon.ico`)
    assert.deepEqual(asked, ['lead'])
  })

  it('refuses writes with the reason when this instance can not lead', async (test) => {
    const { url, server, refuse } = await scene(test)
    const arrived = once(server, 'request')
    const answer = fetch(`${url}/api/entries`, { method: 'POST' })
    await arrived
    refuse()
    const { status, headers } = await answer
    assert.deepEqual([status, headers.get('retry-after')], [503, '5'])
    assert.match(await (await answer).text(), /The bucket does not answer/)
  })

  it('answers reads from the copy, says how old it is, and asks for no lease', async (test) => {
    const { url, asked } = await scene(test)
    const answer = await fetch(`${url}/guestbook`)
    assert.equal(await answer.text(), 'read')
    assert.equal(answer.headers.get('x-copy-age-seconds'), '7')
    assert.deepEqual(asked, ['refresh'])
  })

  it('asks for no lease for static files, not even where there is no database', async (test) => {
    const { url, asked } = await scene(test, { hasCopy: false })
    assert.equal(await (await fetch(`${url}/favicon.ico`)).text(), 'static')
    assert.deepEqual(asked, [])
  })

  it('lets the first read wait for a leader where there is no database', async (test) => {
    const { url, server, lead } = await scene(test, { hasCopy: false })
    const arrived = once(server, 'request')
    const answer = fetch(`${url}/guestbook`)
    await arrived
    lead()
    assert.equal(await (await answer).text(), 'read')
  })
})

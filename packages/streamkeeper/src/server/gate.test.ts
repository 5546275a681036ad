import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { temporaryDatabase } from '../sqlite/test-support.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { comesFor, requestKind } from './app.ts'
import { Gate } from './gate.ts'
import { Lifecycle, type Problem } from './lifecycle.ts'
import { Routes } from './routes.ts'
import { notesApp } from './test-app.ts'
import { portOf } from './test-support.ts'

const health = { status: 'healthy' } as const

const older = { code: 'older-release', message: 'one is older than two' }
const tagged = { 'x-forwarded-host': 'tagged' }
const routes = new Routes([
  { pattern: '^/(notes)?$', methods: ['GET'], takesForms: true },
  { pattern: '^/api/openings$', methods: ['POST'], takesForms: false },
])

async function scene(
  test: TestContext,
  { hasCopy = true, bar = null }: { hasCopy?: boolean; bar?: Problem | null } = {},
) {
  const lifecycle = new Lifecycle(() => bar)
  lifecycle.enter({ name: 'following', problem: null })
  const current = hasCopy ? temporaryDatabase(test) : null
  const asked: string[] = []
  let granted = Promise.withResolvers<void>()
  const leadership = {
    hasLease: true,
    get isLeading() {
      return this.hasLease && lifecycle.state.name === 'leading'
    },
    lead: () => {
      asked.push('lead')
      return granted.promise
    },
    durable: async () => {},
    admit: (_: Promise<unknown>, serve: () => void) => {
      asked.push('admit')
      serve()
    },
    position: '3-17',
    refreshInBackground: () => asked.push('refresh'),
  }
  const gate = new Gate({
    ...{ leadership, lifecycle },
    database: {
      ...{ current, ageMs: 7_400, isAhead: false },
      get open() {
        return current ?? assert.fail('There is none.')
      },
      get reading() {
        return this.open
      },
    },
    isPreview: ({ headers }) => headers['x-forwarded-host'] === 'tagged',
  })
  gate.open((request, response, notice) => {
    response.end([requestKind(request), notice].filter(Boolean).join(' '))
  })
  const app = notesApp(routes)
  const server = createServer((request, response) => {
    comesFor(app, request)
    gate.serve(request, response)
  }).listen(0)
  const port = await portOf(test, server)
  return {
    gate,
    asked,
    leadership,
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
    const { headers } = await fetch(`${url}/notes`)
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
    const answer = fetch(`${url}/api/notes`, { method: 'POST' })
    await arrived
    refuse()
    const { status, headers } = await answer
    assert.deepEqual([status, headers.get('retry-after')], [503, '5'])
    assert.match(await (await answer).text(), /The bucket does not answer/)
  })

  it('answers reads from the copy, says how old it is, and asks for no lease', async (test) => {
    const { url, asked } = await scene(test)
    const answer = await fetch(`${url}/notes`)
    assert.equal(await answer.text(), 'read')
    assert.equal(answer.headers.get('x-copy-age-seconds'), '7')
    assert.deepEqual(asked, ['refresh'])
  })

  it('says how old the copy is, also before a leader has noticed that its lease has run out', async (test) => {
    const { url, lead, leadership } = await scene(test)
    lead()
    assert.equal((await fetch(`${url}/notes`)).headers.get('x-copy-age-seconds'), null)
    leadership.hasLease = false
    assert.equal((await fetch(`${url}/notes`)).headers.get('x-copy-age-seconds'), '7')
  })

  it('asks for no lease for static files, not even where there is no database', async (test) => {
    const { url, asked } = await scene(test, { hasCopy: false })
    assert.equal(await (await fetch(`${url}/favicon.ico`)).text(), 'static')
    assert.deepEqual(asked, [])
  })

  it('lets the first read wait for a leader where there is no database', async (test) => {
    const { url, server, lead } = await scene(test, { hasCopy: false })
    const arrived = once(server, 'request')
    const answer = fetch(`${url}/notes`)
    await arrived
    lead()
    assert.equal(await (await answer).text(), 'read')
  })

  it('asks for no lease for a page that is not there, not even where there is no database', async (test) => {
    const { url, asked } = await scene(test, { hasCopy: false })
    assert.equal(await (await fetch(`${url}/wp-admin`)).text(), 'read')
    assert.deepEqual(asked, [])
  })

  it('shows the copy of what is served without writing, too, when this instance can not lead', async (test) => {
    const { url, server, asked, refuse } = await scene(test)
    const arrived = once(server, 'request')
    const answer = fetch(url)
    await arrived
    refuse()
    const { status, headers } = await answer
    assert.deepEqual([status, headers.get('x-copy-age-seconds')], [200, '7'])
    assert.equal(await (await answer).text(), 'write-if-possible not-written')
    assert.deepEqual(asked, ['lead', 'refresh'])
  })

  it('lets nobody wait who can be served for what those before have waited for in vain', async (test) => {
    const { url, server, gate, lead, refuse } = await scene(test)
    const firstMs = gate.ifPossibleMs
    const arrived = once(server, 'request')
    const first = fetch(url)
    await arrived
    refuse()
    await first
    assert.ok(gate.ifPossibleMs < firstMs / 5)
    // Nobody grants it, and it is asked for all the same.
    assert.equal(await (await fetch(url)).text(), 'write-if-possible not-written')
    lead()
    assert.equal(await (await fetch(url)).text(), 'write-if-possible')
    assert.equal(gate.ifPossibleMs, firstMs)
  })

  it('tells a program that nothing was written, though that was to be only if possible', async (test) => {
    const { url, server, refuse } = await scene(test)
    const arrived = once(server, 'request')
    const answer = fetch(`${url}/api/openings`, { method: 'POST' })
    await arrived
    refuse()
    assert.equal((await answer).status, 503)
  })
})

for (const [what, init, code, words] of [
  ['may not lead', {}, 'older-release', /one is older than two|A newer release/],
  ['is asked as a preview', { headers: tagged }, 'preview', /This is a preview/],
] as const) {
  describe(`The gate of an instance that ${what}`, () => {
    const bar = code === 'older-release' ? older : null

    it('shows every page, writes nothing, and asks for no lease', async (test) => {
      const { url, asked } = await scene(test, { bar })
      assert.equal(await (await fetch(url, init)).text(), `write-if-possible ${code}`)
      assert.equal(await (await fetch(`${url}/notes`, init)).text(), `read ${code}`)
      assert.deepEqual(asked, ['refresh', 'refresh'])
    })

    for (const [path, method] of [
      ['/', 'POST'],
      ['/api/notes', 'POST'],
      ['/api/openings', 'POST'],
      ['/api/notes/1', 'DELETE'],
    ] as const) {
      it(`refuses ${method} ${path} at once, and says why`, async (test) => {
        const { url, asked } = await scene(test, { bar })
        const answer = await fetch(url + path, { ...init, method })
        assert.equal(answer.status, 503)
        assert.match(await answer.text(), words)
        // So that it is noticed when that changes, also where nobody reads.
        assert.deepEqual(asked, ['refresh'])
      })
    }

    it('says why there is nothing to read, and looks for it', async (test) => {
      const { url, asked } = await scene(test, { hasCopy: false, bar })
      const answer = await fetch(`${url}/notes`, init)
      assert.equal(answer.status, 503)
      assert.match(await answer.text(), words)
      assert.deepEqual(asked, ['refresh'])
    })
  })
}

describe('The gate of an instance that may not lead', () => {
  it('keeps the names of releases from people, not from programs', async (test) => {
    const { url } = await scene(test, { bar: older, hasCopy: false })
    for (const method of ['GET', 'POST']) {
      assert.doesNotMatch(await (await fetch(url, { method })).text(), /older than two/)
    }
    const answer = await fetch(`${url}/api/notes`, { method: 'POST' })
    assert.match(await answer.text(), /one is older than two/)
  })
})

describe('The gate of an instance that leads', () => {
  it('has nothing written by who only looks', async (test) => {
    const { url, lead, asked } = await scene(test)
    lead()
    const answer = await fetch(url, { headers: tagged })
    assert.equal(await answer.text(), 'write-if-possible preview')
    assert.equal(answer.headers.get('x-copy-age-seconds'), null)
    const written = await fetch(url, { method: 'POST', headers: tagged })
    assert.equal(written.status, 503)
    assert.deepEqual(asked, [])
  })
})

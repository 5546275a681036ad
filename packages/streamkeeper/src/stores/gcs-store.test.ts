import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, it, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { GcsStore } from './gcs-store.ts'

/** What happens to a request instead of its answer. */
type Fault = (send: () => Promise<Response>) => Promise<Response>

const neverArrives: Fault = () => Promise.reject(new TypeError('fetch failed'))
const answerIsLost: Fault = async (send) => {
  await send()
  throw new TypeError('fetch failed')
}
const none: Fault = (send) => send()
const answers =
  (status: number, body = '', headers = {}): Fault =>
  async () =>
    new Response(body, { status, headers })

let cloud: FakeCloudStorage
before(async () => {
  cloud = await FakeCloudStorage.start()
})
after(() => cloud[Symbol.asyncDispose]())

/** Two stores of one bucket; the requests of the first meet the faults, one each. */
function scene() {
  const url = cloud.emptyUrl()
  const faults: Fault[] = []
  const requests: Request[] = []
  const pauses: number[] = []
  const store = new GcsStore(url, {
    emulatorHost: cloud.host,
    pause: async (ms) => pauses.push(ms),
    fetch: (input, init) => {
      requests.push(new Request(input, init))
      return (faults.shift() ?? none)(() => fetch(input, init))
    },
  })
  const other = new GcsStore(url, { emulatorHost: cloud.host })
  const content = async () => (await other.read('lease.json'))?.body
  return { url, store, other, content, faults, requests, pauses }
}

async function server(test: TestContext): Promise<string> {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return `http://127.0.0.1:${address.port}`
}

describe('A list', () => {
  it('has the time at which Litestream noted a change, not that of its upload', async () => {
    const { store, faults } = scene()
    const items = [
      {
        ...{ name: 'app/a', size: '7', timeCreated: '2026-01-02T12:00:09.500Z' },
        metadata: { 'litestream-timestamp': '2026-01-02T12:00:00.25Z' },
      },
      {
        ...{ name: 'app/old', size: '8', timeCreated: '2026-01-02T12:00:09.500Z' },
        // A lifecycle rule has changed its storage class.
        updated: '2026-02-03T12:00:00.000Z',
      },
    ]
    faults.push(answers(200, JSON.stringify({ kind: 'storage#objects', items })))
    const times = (await store.list('')).map(({ size, at }) => [size, new Date(at).toISOString()])
    assert.deepEqual(times, [
      [7, '2026-01-02T12:00:00.250Z'],
      [8, '2026-01-02T12:00:09.500Z'],
    ])
  })
})

describe('A list that Cloud Storage has not answered', () => {
  for (const [what, body] of [
    ['an empty object', '{}'],
    ['a page of HTML', '<!doctype html><title>Sign in</title>'],
    ['nothing', ''],
    ['half of an answer', '{"kind": "storage#objects", "items": [{"na'],
  ]) {
    it(`is never taken for one of no objects: ${what}`, async () => {
      const { store, faults } = scene()
      faults.push(answers(200, body))
      await assert.rejects(store.list('epoch-'), { code: 'bucket-garbled' })
    })
  }
})

describe('A copy inside the bucket', () => {
  const from = 'epoch-00000001/ltx/0/a.ltx'
  const to = 'epoch-00000002/ltx/0/a.ltx'
  const done = JSON.stringify({ kind: 'storage#rewriteResponse', done: true })

  it('keeps the time that Litestream has noted beside its file', async () => {
    const { url, store } = scene()
    const at = new Date('2026-01-02T12:00:00.250Z')
    await cloud.put(`${url}/${from}`, Buffer.from('content'), at)
    assert.equal(await store.copy(from, to), true)
    const [copy] = await store.list(to)
    assert.deepEqual([copy?.at, copy?.size], [at.getTime(), 7])
  })

  it('sends no byte of it, and goes on where Google has not copied all of it', async () => {
    const { store, faults, requests } = scene()
    const part = (rewriteToken: string) => JSON.stringify({ done: false, rewriteToken })
    faults.push(answers(200, part('one')), answers(503), answers(200, part('two')))
    faults.push(answers(200, done))
    assert.equal(await store.copy(from, to), true)
    const asked = requests.map(({ method, url }) => {
      return `${method} ${new URL(url).searchParams.get('rewriteToken')}`
    })
    assert.deepEqual(asked, ['POST null', 'POST one', 'POST one', 'POST two'])
    assert.ok(requests.every(({ body }) => body === null))
  })

  it('is made again where the answer was lost', async () => {
    const { url, store, faults, requests } = scene()
    await cloud.put(`${url}/${from}`, Buffer.from('content'))
    faults.push(answerIsLost, neverArrives)
    assert.equal(await store.copy(from, to), true)
    assert.equal(requests.length, 3)
    assert.equal((await store.bytes(to))?.toString(), 'content')
  })

  it('is none where there is nothing to copy, and a problem where there is no bucket', async () => {
    const { store, faults } = scene()
    assert.equal(await store.copy(from, to), false)
    const message = 'The specified bucket does not exist.'
    faults.push(answers(404, JSON.stringify({ error: { code: 404, message } })))
    await assert.rejects(store.copy(from, to), { code: 'bucket-missing' })
  })

  for (const body of ['', '{}', '<html>Please log in', '{"done": false}']) {
    it(`is never taken for made where the answer is ${body || 'nothing'}`, async () => {
      const { store, faults } = scene()
      faults.push(answers(200, body))
      await assert.rejects(store.copy(from, to), { code: 'bucket-garbled' })
    })
  }

  it('ends at its deadline, also where Google says again and again that there is more', async () => {
    const slow = new GcsStore('gs://visits/app', {
      ...{ emulatorHost: cloud.host, bulkMs: 100 },
      fetch: async (_, init) => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        init?.signal?.throwIfAborted()
        return new Response(JSON.stringify({ done: false, rewriteToken: 'more' }))
      },
    })
    await assert.rejects(slow.copy(from, to), { code: 'bucket-unreachable' })
  })
})

describe('An object that is handed over as it comes', () => {
  const breaksOff: Fault = async () => {
    const parts = [Buffer.from('con')]
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      // Once what came was taken.
      await setImmediate()
      const part = parts.shift()
      if (part) controller.enqueue(part)
      else controller.error(new TypeError('terminated'))
    }
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }))
  }

  for (const [what, knowsRanges] of [
    ['goes on where it broke off', true],
    ['is the same from a server that sends all of it again', false],
  ] as const) {
    it(what, async () => {
      const { url, store, faults, requests } = scene()
      await cloud.put(`${url}/a`, Buffer.from('content'))
      faults.push(breaksOff, answers(503), knowsRanges ? none : answers(200, 'content'))
      const taken: Buffer[] = []
      assert.equal(await store.each('a', (bytes) => taken.push(bytes)), true)
      assert.equal(Buffer.concat(taken).toString(), 'content')
      assert.deepEqual(
        requests.map(({ headers }) => headers.get('range')),
        [null, 'bytes=3-', 'bytes=3-'],
      )
    })
  }
})

describe('An object that somebody waits for no more', () => {
  it('is not waited for any longer, nor asked for again', async (test) => {
    const silent = new GcsStore('gs://visits/app', { emulatorHost: await server(test) })
    const stopped = new AbortController()
    const taken = silent.each('a', () => {}, stopped.signal)
    stopped.abort(new Error('stopped'))
    await assert.rejects(taken, { message: 'stopped' })
  })
})

describe('The bytes of an object', () => {
  it('are asked for again where not all of them came', async () => {
    const { url, store, faults, requests } = scene()
    await cloud.put(`${url}/a`, Buffer.from('content'))
    const breaksOff: Fault = async () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(Buffer.from('con')),
          pull: (controller) => controller.error(new TypeError('terminated')),
        }),
      )
    faults.push(breaksOff, answers(503))
    assert.equal((await store.bytes('a'))?.toString(), 'content')
    assert.equal(requests.length, 3)
  })
})

describe('A write whose answer was lost', () => {
  it('is written, if it took effect', async () => {
    const { store, other, content, faults, requests } = scene()
    faults.push(answerIsLost)
    const result = await store.write('lease.json', 'mine', null)
    const generation = (await other.read('lease.json'))?.generation
    assert.deepEqual(result, { outcome: 'written', generation })
    assert.equal(await content(), 'mine')
    assert.equal(requests.length, 2)
  })

  it('is sent again, if it did not take effect', async () => {
    const { store, content, faults } = scene()
    faults.push(neverArrives)
    assert.equal((await store.write('lease.json', 'mine', null)).outcome, 'written')
    assert.equal(await content(), 'mine')
  })

  it('is written, if it took effect only when it was sent again', async () => {
    const { store, content, faults } = scene()
    let late: (() => Promise<Response>) | undefined
    const arrivesLate: Fault = (send) => {
      late = send
      return Promise.reject(new TypeError('fetch failed'))
    }
    const afterTheLateOne: Fault = async (send) => {
      await late?.()
      return send()
    }
    faults.push(arrivesLate, none, afterTheLateOne)
    assert.equal((await store.write('lease.json', 'mine', null)).outcome, 'written')
    assert.equal(await content(), 'mine')
  })

  it("is a conflict, if another's took effect", async () => {
    const { store, other, content, faults } = scene()
    faults.push(async () => {
      await other.write('lease.json', 'theirs', null)
      throw new TypeError('fetch failed')
    })
    assert.deepEqual(await store.write('lease.json', 'mine', null), { outcome: 'conflict' })
    assert.equal(await content(), 'theirs')
  })

  it('is a conflict, if the object was removed', async () => {
    const { store, other, content, faults } = scene()
    const first = await other.write('lease.json', 'first', null)
    assert.ok(first.outcome === 'written')
    faults.push(async () => {
      await other.remove('lease.json')
      throw new TypeError('fetch failed')
    })
    const result = await store.write('lease.json', 'mine', first.generation)
    assert.deepEqual(result, { outcome: 'conflict' })
    assert.equal(await content(), undefined)
  })
})

describe('GcsStore', () => {
  it('asks once when all is well', async () => {
    const { store, requests } = scene()
    await store.write('lease.json', 'mine', null)
    await store.read('lease.json')
    await store.write('lease.json', 'again', null)
    assert.equal(requests.length, 3)
  })

  it('tries again when Google is busy, each time after a longer pause', async () => {
    const { store, content, faults, pauses } = scene()
    faults.push(answers(429), none, answers(503), none, answers(408))
    assert.equal((await store.write('lease.json', 'mine', null)).outcome, 'written')
    assert.equal(await content(), 'mine')
    faults.push(answers(500), answers(502))
    assert.equal((await store.read('lease.json'))?.body, 'mine')
    faults.push(answers(503), neverArrives)
    assert.deepEqual(
      (await store.list('')).map(({ name }) => name),
      ['lease.json'],
    )
    faults.push(none, answers(503))
    await store.remove('')
    assert.equal(await content(), undefined)
    const [first = 0, second = 0, third = 0] = pauses
    assert.ok(first <= 100 && second >= 100 && third >= 200, `${pauses}`)
  })

  it('removes from the end, so that what is left of an epoch never passes for an earlier one', async () => {
    const { url, store, requests } = scene()
    const names = ['epoch-00000001/ltx/0/a', 'epoch-00000001/ltx/1/a', 'epoch-00000001/ltx/9/a']
    for (const name of names) await cloud.put(`${url}/${name}`, Buffer.from('content'))
    await store.remove('epoch-00000001/')
    const removed = requests.filter(({ method }) => method === 'DELETE')
    const levels = removed.map((request) => /ltx%2F(\d)/.exec(String(request.url))?.[1])
    assert.deepEqual(levels, ['9', '1', '0'])
  })

  it("gives up with Google's own words when it is not permitted", async () => {
    const denied = 'a@b.iam does not have storage.objects.create access'
    const { store, faults, requests, url } = scene()
    faults.push(answers(403, JSON.stringify({ error: { code: 403, message: denied } })))
    await assert.rejects(store.write('lease.json', 'mine', null), {
      code: 'permission-denied',
      replicaUrl: url,
      detail: `403 ${denied}`,
    })
    const xml =
      '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Details>No!</Details></Error>'
    faults.push(answers(403, xml), answers(401))
    const detail = '403 AccessDenied No!'
    await assert.rejects(store.read('lease.json'), { code: 'permission-denied', detail })
    await assert.rejects(store.remove(''), { code: 'permission-denied' })
    assert.equal(requests.length, 3)
  })

  it('says at the first refusal that a policy lets nobody overwrite the object', async () => {
    const { store, faults, requests } = scene()
    const first = await store.write('lease.json', 'mine', null)
    assert.ok(first.outcome === 'written')
    const message =
      "Object 'visits/app/lease.json' is subject to bucket's retention policy and cannot be deleted, overwritten or archived until 2027-01-01T00:00:00Z"
    const errors = [{ message, domain: 'global', reason: 'retentionPolicyNotMet' }]
    faults.push(answers(403, JSON.stringify({ error: { code: 403, message, errors } })))
    await assert.rejects(store.write('lease.json', 'again', first.generation), {
      code: 'bucket-locked',
      message: /--clear-retention-period.*until 2027-01-01/,
    })
    assert.equal(requests.length, 2)
  })

  it('takes a policy of the organization for no conflict with another writer', async () => {
    const { store, faults } = scene()
    const message = "Request violates constraint 'constraints/gcp.restrictNonCmekServices'"
    const errors = [{ message, domain: 'global', reason: 'orgPolicyConstraintFailed' }]
    faults.push(answers(412, JSON.stringify({ error: { code: 412, message, errors } })))
    const violation = { code: 'policy-violation' }
    await assert.rejects(store.write('lease.json', 'mine', null), violation)
  })

  it('takes an answer that names a key of its own for the success that it is', async () => {
    const { store, faults } = scene()
    const kmsKeyName = 'projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1'
    faults.push(answers(200, JSON.stringify({ generation: '7', kmsKeyName })))
    const written = { outcome: 'written', generation: '7' }
    assert.deepEqual(await store.write('lease.json', 'mine', null), written)
  })

  it('waits where too much is asked of the bucket, and says so when it gives up', async () => {
    const { url, store, content, faults } = scene()
    const errors = [{ message: 'Slower', domain: 'usageLimits', reason: 'rateLimitExceeded' }]
    const slower = JSON.stringify({ error: { code: 403, message: 'Slower', errors } })
    faults.push(answers(403, slower), none, answers(429))
    assert.equal((await store.write('lease.json', 'mine', null)).outcome, 'written')
    assert.equal(await content(), 'mine')
    const busy = new GcsStore(url, {
      emulatorHost: cloud.host,
      totalMs: 50,
      fetch: async () => new Response(slower, { status: 403 }),
    })
    await assert.rejects(busy.read('lease.json'), { code: 'bucket-busy', detail: '403 Slower' })
  })

  it('tells a missing bucket from a missing object', async () => {
    const { store, faults } = scene()
    const words = 'The specified bucket does not exist.'
    faults.push(answers(404, `<Error><Code>NoSuchBucket</Code><Message>${words}</Message></Error>`))
    await assert.rejects(store.read('lease.json'), { code: 'bucket-missing' })
    const nowhere = new GcsStore('gs://nowhere', { emulatorHost: cloud.host })
    await assert.rejects(nowhere.write('lease.json', '', null), { code: 'bucket-missing' })
    await assert.rejects(nowhere.list(''), { code: 'bucket-missing' })
  })

  it('gives up at its deadline when there is no answer', async (test) => {
    const options = { emulatorHost: await server(test), attemptMs: 10, totalMs: 200, bulkMs: 200 }
    const silent = new GcsStore('gs://visits/app', options)
    const start = performance.now()
    const unreachable = { code: 'bucket-unreachable', detail: /timeout/ }
    await assert.rejects(silent.read('lease.json'), unreachable)
    await assert.rejects(silent.write('lease.json', 'mine', null), unreachable)
    await assert.rejects(silent.list(''), unreachable)
    await assert.rejects(silent.remove(''), unreachable)
    await assert.rejects(silent.copy('a', 'b'), unreachable)
    assert.ok(performance.now() - start < 2_000)
  })

  it('gives up at its deadline when there are no credentials for so long', async () => {
    const authorize = () => new Promise<never>(() => {})
    const waiting = new GcsStore('gs://visits', { authorize, attemptMs: 10, totalMs: 50 })
    await assert.rejects(waiting.read('lease.json'), { code: 'bucket-unreachable' })
  })

  it('says what is wrong when the answer is not of Cloud Storage', async () => {
    const { store, faults } = scene()
    faults.push(answers(200, '<html>Please log in'), answers(200, '<html>Please log in'))
    await assert.rejects(store.read('lease.json'), { code: 'bucket-garbled' })
    await assert.rejects(store.list(''), { code: 'bucket-garbled', detail: /JSON/ })
  })

  it('shows its credentials with each request, and says so if there are none', async () => {
    const seen: string[] = []
    const inBucket = new GcsStore('gs://visits', {
      authorize: async () => new Headers({ authorization: 'Bearer token' }),
      fetch: async (input, init) => {
        const { url, headers } = new Request(input, init)
        seen.push(`${new URL(url).origin} ${headers.get('authorization')}`)
        return new Response('{"kind": "storage#objects"}')
      },
    })
    await inBucket.list('')
    await inBucket.remove('')
    assert.deepEqual(seen, Array(2).fill('https://storage.googleapis.com Bearer token'))
    const without = new GcsStore('gs://visits', {
      authorize: () => Promise.reject(new Error('Could not load the default credentials. Browse')),
    })
    await assert.rejects(without.read('lease.json'), { code: 'no-credentials' })
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { newestTxid } from '../litestream/litestream-command.ts'
import { GcsStore } from '../stores/gcs-store.ts'
import { epochUrl, parseReplicaUrl } from '../stores/replica-url.ts'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { type Fault, FaultyProxy } from '../test-tools/faulty-proxy.ts'
import { freePort } from '../test-tools/ports.ts'
import { followerTiming } from './follower.ts'
import { Person, startReader, startWriter, until } from './test-support.ts'

// As long as ninety seconds where a look is once a second, and a list once a minute.
const outageMs = 9_000
const timing = { ...followerTiming, pollMs: 100, listMs: 2_000 }
const patience = { attemptMs: 300, totalMs: 500, bulkMs: 6_000 }

const faults: Record<string, Fault> = {
  'hangs, lists included': { hang: true },
  'answers everything with 503': { status: 503 },
  'has no object': { status: 404, message: 'No such object' },
}

describe('A reader that can not reach the bucket', { timeout: 120_000 }, () => {
  for (const [what, fault] of Object.entries(faults)) {
    it(`has all that was written meanwhile, and nothing else, after one that ${what}`, async (test) => {
      await using bucket = await FakeCloudStorage.start()
      process.env.STORAGE_EMULATOR_HOST = bucket.host
      const base = parseReplicaUrl(bucket.emptyUrl())
      const proxy = new FaultyProxy(
        await freePort(),
        Number(bucket.host.split(':')[1]),
        bucket.host,
      )
      await proxy.mend()
      const ends: (() => void | Promise<void>)[] = []
      const scene = { after: (end: () => void | Promise<void>) => ends.push(end) }
      try {
        const writer = await startWriter(scene, base)
        await new Person(writer.url).write('before')
        const emulatorHost = `127.0.0.1:${proxy.port}`
        const { follower, url } = await startReader(scene, base, writer.url, {
          store: new GcsStore(base, { ...patience, emulatorHost }),
          timing,
        })
        await until(() => follower.position !== null)
        proxy.inject(fault)
        const endsAtMs = performance.now() + outageMs
        let written = 1
        for (; performance.now() < endsAtMs; written++) {
          await new Person(writer.url).write(`meanwhile ${written}`)
          await sleep(150)
        }
        assert.equal((await new Person(url).read()).messages.length, 1)
        assert.ok(follower.ageMs > outageMs / 2, `${follower.ageMs} ms old`)
        proxy.inject(null)
        await new Person(writer.url).write('after')
        await until(async () => (await new Person(url).read()).messages.length === written + 1)
        await until(() => follower.ageMs < 1_000)

        const restoring = { signal: new AbortController().signal, stallMs: 10_000 }
        const newest = await newestTxid(epochUrl(base, 1), restoring)
        assert.deepEqual(follower.position, { epoch: 1, txid: newest })
        const all = 'select * from notes order by id'
        const there = writer.database.open.$client.prepare(all).all()
        assert.deepEqual(await follower.read((copy) => copy.$client.prepare(all).all()), there)
        const check = await follower.read((copy) => copy.$client.pragma('integrity_check'))
        assert.deepEqual(check, [{ integrity_check: 'ok' }])
      } finally {
        for (const end of ends.toReversed()) await end()
        await proxy.cut()
      }
      test.diagnostic(JSON.stringify(proxy.counts))
    })
  }
})

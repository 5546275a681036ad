import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseReplicaUrl } from '../stores/replica-url.ts'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { random } from '../test-tools/random.ts'
import { Router } from '../test-tools/router.ts'
import { S3Server } from '../test-tools/s3-server.ts'
import { Person, startReader, startWriter, until } from './test-support.ts'

// Each in a bucket of another kind.
const seeds = { 'cloud-storage': 1, versitygw: 2 } as const
const people = 6
const handovers = 4
const eachMs = 1_500

type Storage = FakeCloudStorage | S3Server

/** One writer at a time of two, and three readers; people are sent to any of these, each time anew. */
async function scene(test: TestContext, storage: Storage) {
  const base = parseReplicaUrl(storage.emptyUrl())
  const writers = [await startWriter(test, base, 'one'), await startWriter(test, base, 'two')]
  const router = await Router.start()
  test.after(() => router.stop())
  router.route({ url: writers[0]?.url ?? '' })
  await until(async () => (await new Person(router.url).write('the first')).ok)
  const readers = await Promise.all(
    Array.from({ length: 3 }, () => startReader(test, base, router.url)),
  )
  await until(() => readers.every(({ follower }) => follower.position !== null))
  return { writers, router, readers }
}

describe('Readers beside a writer that is replaced all the time', { timeout: 120_000 }, () => {
  for (const [name, seed] of Object.entries(seeds)) {
    it(`fail no read, and show everybody what they wrote (${name}, seed ${seed})`, async (test) => {
      await using storage = await (name === 'versitygw' ? S3Server : FakeCloudStorage).start()
      Object.assign(process.env, storage.environment)
      const { writers, router, readers } = await scene(test, storage)
      const chance = random(seed)
      const anyReader = () => readers[Math.floor(chance() * readers.length)]?.url ?? ''
      let isOver = false
      const total = { written: 0, refused: 0, read: 0, there: 0 }

      const live = async (name: string) => {
        const person = new Person(anyReader)
        const kept: string[] = []
        for (let number = 0; !isOver; number++) {
          const message = `${name} ${number}`
          const { ok } = await person.write(message)
          if (ok) kept.push(message)
          total[ok ? 'written' : 'refused']++
          for (const path of chance() < 0.3 ? ['/', '/notes'] : ['/notes']) {
            // It throws where the read fails.
            const { messages, answer } = await person.read(path)
            const missing = kept.filter((own) => !messages.includes(own))
            assert.deepEqual(missing, [], `missing with ${person.cookie}`)
            total.read++
            if (!answer.headers.has('x-copy-age-seconds')) total.there++
          }
          await sleep(chance() * 50)
        }
        return kept
      }
      const handOver = async () => {
        for (let times = 1; times <= handovers; times++) {
          await sleep(eachMs * (0.5 + chance()))
          const next = writers[times % 2]
          router.route({ url: next?.url ?? '' })
          // However busy the machine is: it takes over for the next write.
          await until(() => isOver || next?.leadership.isLeading === true)
        }
        await until(() => isOver || total.written > people)
      }
      const names = Array.from({ length: people }, (_, number) => `person ${number}`)
      const end = () => {
        isOver = true
      }
      const lives = Promise.all(names.map(live))
      const [all] = await Promise.all([lives, handOver().then(end)]).finally(end)

      test.diagnostic(JSON.stringify({ ...total, epoch: readers[0]?.follower.position?.epoch }))
      for (const { url, follower } of readers) {
        await until(() => (follower.position?.epoch ?? 0) > handovers)
        await until(async () => {
          const { messages } = await new Person(() => url).read()
          return all.flat().every((message) => messages.includes(message))
        })
      }
    })
  }
})

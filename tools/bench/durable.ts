/**
 * What it costs to wait until a write is in the bucket: writers that each wait for their last entry
 * to be durable before they write the next, beside writers that only commit.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { addEntry } from '../../db/entries.ts'
import { openDatabase } from '../../db/test-support.ts'
import { Bucket } from '../../e2e/support/bucket.ts'
import { Replication } from '../../packages/streamkeeper/src/litestream/replication.ts'
import { runLitestream } from '../../packages/streamkeeper/src/litestream/test-support.ts'
import { percentile, printTable } from './support/table.ts'

const eachMs = 3_000
const addedMs = [0, 20, 100]
const writers = [1, 4, 16, 64, 256]

const cleanUps: (() => unknown)[] = []
const bucket = await Bucket.start()
Object.assign(process.env, bucket.environment)
const { litestream, folder } = await runLitestream(
  { after: (clean) => cleanUps.push(clean) },
  3_600,
)

const rows: (string | number)[][] = []
for (const added of addedMs) {
  bucket.inject({ delayMs: added })
  const roundTrip = await roundTripMs()
  const path = join(folder, `added-${added}.db`)
  const database = openDatabase(path)
  const replicaUrl = `${bucket.replicaUrl}/added-${added}`
  const replication = new Replication(litestream, { path, replicaUrl, canAcknowledge: () => true })
  await replication.start()
  await replication.complete(30_000)

  const write = (key: string) =>
    addEntry(database, { name: 'Ada', message: 'Hello', idempotencyKey: key }, new Date())
  const local = await measure(1, `${added}-local`, write)
  let serial = 0
  for (const count of writers) {
    const { perSecond, p50, p99 } = await measure(count, `${added}-${count}`, async (key) => {
      await write(key)
      await replication.durable()
    })
    serial ||= perSecond
    rows.push([added, roundTrip, count, perSecond, perSecond / serial, p50, p99, p50 - roundTrip])
  }
  rows.push([
    added,
    roundTrip,
    'local',
    local.perSecond,
    local.perSecond / serial,
    local.p50,
    local.p99,
    '-',
  ])
  await replication.stop(30_000)
  database.$client.close()
}
printTable(
  [
    'added ms',
    'round trip ms',
    'writers',
    'writes/s',
    'x serial',
    'p50 ms',
    'p99 ms',
    'p50 - round trip',
  ],
  rows,
)

bucket.inject(null)
for (const cleanUp of cleanUps.reverse()) await cleanUp()
await bucket.stop()
rmSync(folder, { recursive: true, force: true })

async function measure(count: number, name: string, write: (key: string) => Promise<unknown>) {
  const took: number[] = []
  const start = performance.now()
  const end = start + eachMs
  await Promise.all(
    Array.from({ length: count }, async (_, writer) => {
      for (let number = 0; performance.now() < end; number++) {
        const before = performance.now()
        await write(`${name}-${writer}-${number}`)
        took.push(performance.now() - before)
      }
    }),
  )
  const perSecond = (took.length / (performance.now() - start)) * 1000
  return { perSecond, p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
}

/** The median time of a small upload, in milliseconds. */
async function roundTripMs(): Promise<number> {
  const took: number[] = []
  const { host: name } = new URL(bucket.replicaUrl)
  const url = `http://${bucket.environment.STORAGE_EMULATOR_HOST}/upload/storage/v1/b/${name}/o`
  for (let number = 0; number < 21; number++) {
    const start = performance.now()
    const answer = await fetch(`${url}?uploadType=media&name=round-trip`, {
      method: 'POST',
      body: 'x'.repeat(500),
    })
    await answer.text()
    took.push(performance.now() - start)
  }
  return took.toSorted((a, b) => a - b)[10] ?? Number.NaN
}

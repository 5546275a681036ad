/**
 * What it costs to wait until a write is in the bucket: writers that each wait for their last entry
 * to be durable before they write the next, beside writers that only commit.
 */
import { addEntry } from '../../db/entries.ts'
import { startReplication } from './support/replication.ts'
import { numbers, percentile, type Row, show } from './support/table.ts'

const eachMs = Number(process.env.EACH_MS ?? 3_000)
const writers = numbers('WRITERS', '1,4,16,64,256')

await using scope = new AsyncDisposableStack()
const { bucket, replicate } = await startReplication(scope)
const rows: Row[] = []
for (const added of numbers('LATENCY', '0,20,100')) {
  bucket.inject({ delayMs: added })
  const roundTrip = await roundTripMs()
  const { database, replication } = await replicate(`added-${added}`)
  const write = (key: string) =>
    addEntry(database, { name: 'Ada', message: 'Hello', idempotencyKey: key }, new Date())
  const local = await measure(1, `${added}-local`, write)
  let serial = 0
  const add = (writers: number | string, { perSecond, p50, p99 }: typeof local) => {
    serial ||= perSecond
    const rates = { 'writes/s': perSecond, 'x serial': perSecond / serial }
    const times = { 'p50 ms': p50, 'p99 ms': p99 }
    rows.push({ 'added ms': added, 'round trip ms': roundTrip, writers, ...rates, ...times })
  }
  for (const count of writers) {
    const waiting = async (key: string) => {
      await write(key)
      await replication.durable()
    }
    add(count, await measure(count, `${added}-${count}`, waiting))
  }
  add('local', local)
}
const waits = rows.map((row) => {
  const wait = Number(row['p50 ms']) - Number(row['round trip ms'])
  return { ...row, 'p50 - round trip': row.writers === 'local' ? '-' : wait }
})
show('Durable writes', waits)

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
  return percentile(took, 0.5)
}

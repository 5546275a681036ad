/**
 * How far the bucket is behind the database while nobody waits for it, how large the write-ahead log
 * grows meanwhile, and what a reader does to it that never ends its transaction.
 */
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../db/test-support.ts'
import { recordVisits } from '../../db/visits.ts'
import { startReplication } from './support/replication.ts'
import { percentile, type Row, show } from './support/table.ts'

const visitsOfAnHour = 36_000
const forMs = Number(process.env.EACH_MS ?? 20_000)
const readerMs = Number(process.env.READER_MS ?? 30_000)

await using scope = new AsyncDisposableStack()
const { bucket, replicate } = await startReplication(scope)
const { path, database, replication } = await replicate('lag')

const uploads: { startMs: number; endMs: number }[] = []
bucket.watchWrites((url, startMs) => {
  if (url.includes('/ltx/0/')) uploads.push({ startMs, endMs: performance.now() })
})

const lags: Row[] = []
for (const perSecond of [1, 10, 100, 1_000]) lags.push(await lagAt(perSecond, forMs))
show('From a visit to the bucket', lags)

const rows: Row[] = []
const fast = await write(visitsOfAnHour, Number.POSITIVE_INFINITY)
rows.push({ what: 'an hour of visits', s: fast.seconds, 'log MB': fast.mostWal })
rows.push({ what: '10 s later', s: 10, 'log MB': await walAfter(10_000) })
const reader = openDatabase(path)
reader.$client.exec('begin; select count(*) from page_view_count')
const beside = await write(20_000, (20_000 / readerMs) * 1_000)
const besideWhat = '20,000 visits beside an endless read transaction'
rows.push({ what: besideWhat, s: beside.seconds, 'log MB': beside.mostWal })
reader.$client.exec('commit')
reader.$client.close()
const after = await write(2_000, 200)
const walLeft = await walAfter(2_000)
rows.push({ what: '2,000 visits after it has ended', s: after.seconds, 'log MB': walLeft })
show('The log, while an hour of 10 visits a second is written as fast as it goes', rows)

async function lagAt(perSecond: number, forMs: number): Promise<Row> {
  uploads.length = 0
  const { commits, mostWal } = await write((perSecond * forMs) / 1000, perSecond)
  await replication.durable()
  const took = commits.flatMap((commitMs) => {
    // An upload holds what was committed before it began.
    const upload = uploads.find(({ startMs }) => startMs > commitMs)
    return upload ? [upload.endMs - commitMs] : []
  })
  const percentiles = { 'p50 ms': percentile(took, 0.5), 'p99 ms': percentile(took, 0.99) }
  const most = { 'most ms': Math.max(...took), 'log MB at most': mostWal }
  return { 'visits/s': perSecond, ...percentiles, ...most }
}

async function write(count: number, perSecond: number) {
  const commits: number[] = []
  const startMs = performance.now()
  let mostWal = 0
  for (let number = 0; number < count; number++) {
    const dueMs = startMs + (number / perSecond) * 1000
    const waitMs = dueMs - performance.now()
    // Timers are no finer than this, and Litestream has to have its turn.
    if (waitMs > 1 || number % 100 === 0) await sleep(Math.max(0, waitMs))
    await recordVisits(database, 1, new Date())
    commits.push(performance.now())
    mostWal = Math.max(mostWal, walMegabytes())
  }
  return { commits, mostWal, seconds: (performance.now() - startMs) / 1000 }
}

async function walAfter(ms: number): Promise<number> {
  await sleep(ms)
  return walMegabytes()
}

function walMegabytes(): number {
  return (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) / 1e6
}

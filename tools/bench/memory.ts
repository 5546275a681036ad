/**
 * How much memory the container needs, by the size of the database: the disk is memory too, as on
 * Cloud Run. It has to start, serve people who read and write for a while, and lose nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { History } from '../../e2e/support/history.ts'
import { bucketWith } from './support/ballast.ts'
import { startContainer } from './support/containers.ts'
import { load } from './support/load.ts'
import { numbers, type Row, show } from './support/table.ts'

const loadMs = Number(process.env.LOAD_MS ?? 20_000)

const rows: Row[] = []
for (const size of numbers('MEGABYTES', '1,10,100')) {
  for (const limit of numbers('LIMITS', '128,192,256,384,512')) {
    rows.push({ MB: size, 'limit MiB': limit, ...(await measure(size, limit)) })
  }
}
show('Memory of the container', rows)

async function measure(size: number, limit: number): Promise<Row> {
  const bucket = await bucketWith(size)
  const app = await startContainer(bucket, { disk: `${limit}m`, memory: `${limit}m` })
  const history = new History(() => app.url, { writers: 8, readers: 4 })
  try {
    await app.ready()
    // A large database has its first copy uploaded before the first entry is acknowledged.
    await history.grows(5, 40_000 + size * 200)
    const before = history.acknowledged.size
    const early = history.failedWrites.length + history.failedReads.length
    const headers = { accept: 'text/html' }
    const { perSecond, failed } = await load(app.url, { ms: loadMs, clients: 8, headers })
    const writes = (history.acknowledged.size - before) / (loadMs / 1000)
    // What Litestream compacts twice a minute.
    await sleep(Math.max(0, 35_000 - loadMs))
    const peak = (await app.peakMemory()) / 1e6
    const late = history.failedWrites.length + history.failedReads.length
    const failures = failed + late - early
    await history.end()
    const isClean = (await app.stop()) === 0
    history.check((await bucket.content()).messages)
    const outcome = isClean && failures === 0 ? 'serves' : `${failures} requests failed`
    return { outcome, 'peak MB': peak, 'pages/s': perSecond, 'writes/s': writes }
  } catch (error) {
    console.error(`${size} MB in ${limit} MiB: ${error}`)
    return { outcome: 'ends' }
  } finally {
    history.giveUp()
    await app.remove()
    await bucket.stop()
  }
}

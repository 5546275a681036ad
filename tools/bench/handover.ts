/**
 * What people notice of a deploy and of a crash, by the size of the database: instances in their real
 * containers, with clients that write and read all the time. Where the time after a SIGKILL of the leader
 * goes, which a follower waits for that is asked then. And what the lease costs.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Container } from '../../e2e/support/container.ts'
import { History } from '../../e2e/support/history.ts'
import { Router } from '../../packages/streamkeeper/src/test-tools/router.ts'
import { bucketWith } from './support/ballast.ts'
import { acknowledges, startContainer, until } from './support/containers.ts'
import { numbers, percentile, type Row, show } from './support/table.ts'

const times = Number(process.env.CRASHES ?? 1)
const idleMs = Number(process.env.IDLE_MS ?? 30_000)
const first = 'first'

/** In seconds: until the lease was taken, until the follower led, until an entry was acknowledged. */
type Crash = { all: number; lease: number; 'take-over': number; 'first sync': number }

const rows: Row[] = []
const crashRows: Row[] = []
for (const size of numbers('MEGABYTES', '0,10,100,1000')) {
  rows.push(await measure(size))
  console.log(JSON.stringify(rows.at(-1)))
}
show('Handover', rows)
show('From a SIGKILL to the next entry', crashRows)
await measureCost()

async function measure(size: number): Promise<Row> {
  const { bucket, router, deploy, patienceMs, end } = await scene(size)
  const startMs = performance.now()
  const one = await deploy('one', false)
  await until(() => acknowledges(one, first), { patienceMs })
  const start = { 'first write s': (performance.now() - startMs) / 1_000 }
  const read = { 'MB read': bucket.bytes.down / 1e6 }
  router.route(one)
  const history = new History(() => router.url, { writers: 4, readers: 4 })
  await history.grows(100, patienceMs)
  const two = await deploy('two')
  const before = bucket.bytes
  history.resetGaps()
  router.route(two)
  await history.grows(100, patienceMs)
  await one.stop()
  await history.grows(100, patienceMs)
  const { bytes: after } = bucket
  const deployed = {
    'write gap ms': history.longestWriteGapMs,
    'read gap ms': history.longestReadGapMs,
    'failed writes': history.failedWrites.length,
    'failed reads': history.failedReads.length,
    'kB up': (after.up - before.up) / 1e3,
    'kB down': (after.down - before.down) / 1e3,
    'how it began': await beginningOf(two),
  }
  const crashes: Crash[] = []
  let leader = two
  for (let number = 1; number <= times; number++) {
    const follower = await deploy(`follower-${number}`)
    // At any moment of the lease's renewals.
    await sleep(Math.random() * 2_000)
    history.resetGaps()
    router.route(follower)
    // The engine takes its time as well.
    const killedAt = Date.now()
    await leader.kill()
    await history.grows(20, patienceMs)
    crashes.push(split(history.longestWriteGapMs / 1_000, await follower.logs(), killedAt))
    leader = follower
  }
  const crash = { 'crash: write gap s': noteCrashes(size, crashes) }
  await history.end()
  await leader.stop()
  const { messages } = await bucket.content()
  history.check(messages.filter((message) => message !== first))
  await end()
  return { MB: size, ...start, ...read, ...deployed, ...crash }
}

function split(all: number, logs: string, killedAt: number): Crash {
  const led = logs.split('\n').find((line) => line.includes('"message":"Leading epoch')) ?? '{}'
  const { time, ms } = JSON.parse(led)
  const lease = (Date.parse(time) - ms - killedAt) / 1_000
  return { all, lease, 'take-over': ms / 1_000, 'first sync': all - lease - ms / 1_000 }
}

/** @returns the median of all of it */
function noteCrashes(size: number, crashes: Crash[]): number {
  for (const part of ['all', 'lease', 'take-over', 'first sync'] as const) {
    const seconds = crashes.map((crash) => crash[part])
    const [least, most] = [Math.min(...seconds), Math.max(...seconds)]
    const median = percentile(seconds, 0.5)
    crashRows.push({ MB: size, part, times, 'least s': least, 'median s': median, 'most s': most })
  }
  return percentile(
    crashes.map(({ all }) => all),
    0.5,
  )
}

/** As its log says it. */
async function beginningOf(container: Container): Promise<string> {
  const said = /Leading epoch \d+ \((continues|uploaded in full)/.exec(await container.logs())?.[1]
  return said ?? 'not said'
}

async function measureCost(): Promise<void> {
  const { bucket, router, deploy, end } = await scene(0)
  router.route(await deploy('one'))
  await fetch(router.url)
  await sleep(3_000)
  const before = bucket.counts
  await sleep(idleMs)
  const after = bucket.counts
  const anHour = (kind: 'write' | 'list' | 'read') =>
    ((after[kind] - before[kind]) * 3_600_000) / idleMs
  const classA = anHour('write') + anHour('list')
  const classB = anHour('read')
  const dollars = (classA * 5 + classB * 0.4) / 1e6
  show('An instance that leads and has nothing to do, an hour', [
    { 'writes and lists': classA, reads: classB, dollars },
  ])
  await end()
}

async function scene(size: number) {
  const bucket = await bucketWith(size)
  const router = await Router.start()
  const containers: Container[] = []
  const disk = `${Math.max(1_024, 3 * size + 512)}m`
  const patienceMs = 40_000 + size * 250
  const deploy = async (revision: string, isAwaited = true) => {
    const container = await startContainer(bucket, { revision, disk })
    containers.push(container)
    if (isAwaited) await container.ready(patienceMs)
    return container
  }
  const end = async () => {
    for (const container of containers) await container.remove()
    router.stop()
    await bucket.stop()
  }
  return { bucket, router, deploy, patienceMs, end }
}

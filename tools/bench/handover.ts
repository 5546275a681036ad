/**
 * What people notice of a deploy and of a crash, by the size of the database: instances in their real
 * containers, with clients that write and read all the time. And what the lease costs.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { postEntry } from '../../e2e/support/api-client.ts'
import { Bucket } from '../../e2e/support/bucket.ts'
import { Container } from '../../e2e/support/container.ts'
import { History } from '../../e2e/support/history.ts'
import { Router } from '../../packages/streamkeeper/src/test-tools/router.ts'
import { fillWith } from './support/ballast.ts'
import { printTable } from './support/table.ts'

const megabytes = (process.env.MEGABYTES ?? '0,10,100,1000').split(',').map(Number)
const idleMs = 30_000
const first = 'first'

const headings = [
  ...['MB', 'start: first write s', 'MB read'],
  ...['deploy: write gap ms', 'read gap ms', 'failed writes', 'failed reads'],
  ...['kB up', 'kB down', 'how it began'],
  ...['crash: write gap s'],
]
const rows: (string | number)[][] = []
for (const size of megabytes) {
  const row = await measure(size)
  console.log(row.join('  '))
  rows.push(row)
}
printTable(headings, rows)
await printCost()

async function measure(size: number): Promise<(string | number)[]> {
  const { bucket, router, deploy, patienceMs, end } = await scene(size)
  const startMs = performance.now()
  const one = await deploy('one', false)
  await firstWrite(one, startMs + patienceMs)
  const row: (string | number)[] = [size, (performance.now() - startMs) / 1_000]
  row.push(bucket.bytes.down / 1e6)
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
  const { longestWriteGapMs, longestReadGapMs, failedWrites, failedReads } = history
  row.push(longestWriteGapMs, longestReadGapMs, failedWrites.length, failedReads.length)
  const { bytes: after } = bucket
  row.push((after.up - before.up) / 1e3, (after.down - before.down) / 1e3, await beginningOf(two))
  const three = await deploy('three')
  history.resetGaps()
  router.route(three)
  await two.kill()
  await history.grows(20, patienceMs)
  row.push(history.longestWriteGapMs / 1000)
  await history.end()
  await three.stop()
  const { messages } = await bucket.content()
  history.check(messages.filter((message) => message !== first))
  await end()
  return row
}

async function firstWrite({ url }: Container, untilMs: number): Promise<void> {
  while ((await postEntry(url, first, first)) !== 201) {
    if (performance.now() > untilMs) throw new Error('no first write')
    await sleep(20)
  }
}

/** As its log says it. */
async function beginningOf(container: Container): Promise<string> {
  const said = /Leading epoch \d+ \((continues|uploaded in full)/.exec(await container.logs())?.[1]
  return said ?? 'not said'
}

async function printCost(): Promise<void> {
  const { bucket, router, deploy, end } = await scene(0)
  const one = await deploy('one')
  router.route(one)
  await fetch(router.url)
  await sleep(3_000)
  const before = bucket.counts
  await sleep(idleMs)
  const after = bucket.counts
  const anHour = (kind: 'write' | 'list' | 'read') =>
    ((after[kind] - before[kind]) * 3_600_000) / idleMs
  const classA = anHour('write') + anHour('list')
  const classB = anHour('read')
  console.log('\nAn instance that leads and has nothing to do, an hour:')
  printTable(
    ['writes and lists', 'reads', 'dollars'],
    [[classA, classB, (classA * 5 + classB * 0.4) / 1e6]],
  )
  await end()
}

async function scene(size: number) {
  const bucket = await Bucket.start()
  if (size > 0) await bucket.seed((database) => fillWith(database, size))
  const router = await Router.start()
  const containers: Container[] = []
  const disk = `${Math.max(1_024, 3 * size + 512)}m`
  const patienceMs = 40_000 + size * 250
  const deploy = async (revision: string, isAwaited = true) => {
    const environment = {
      REPLICA_URL: bucket.replicaUrl,
      K_SERVICE: 'visits',
      K_REVISION: revision,
      RATE_LIMITS: 'off',
    }
    const container = await Container.start({ ...environment, ...bucket.environment }, disk)
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

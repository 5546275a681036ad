/**
 * What people notice of a deploy and of a crash, by the size of the database: instances in their real
 * containers, with clients that write and read all the time. And what the lease costs.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Bucket } from '../e2e/support/bucket.ts'
import { Container } from '../e2e/support/container.ts'
import { History } from '../e2e/support/history.ts'
import { Router } from '../e2e/support/router.ts'
import { fillWith } from './support/ballast.ts'
import { printTable } from './support/table.ts'

const megabytes = [0, 10, 100]
const idleMs = 30_000

const rows: (string | number)[][] = []
for (const size of megabytes) rows.push(await measure(size))
printTable(
  ['MB', 'write gap ms', 'read gap ms', 'failed writes', 'failed reads', 'crash: write gap s'],
  rows,
)
await printCost()

async function measure(size: number): Promise<(string | number)[]> {
  const { bucket, router, deploy, end } = await scene(size)
  const one = await deploy('one')
  router.route(one)
  const history = new History(() => router.url, { writers: 4, readers: 4 })
  await history.grows(100)
  const two = await deploy('two')
  history.resetGaps()
  router.route(two)
  await history.grows(100)
  await one.stop()
  await history.grows(100)
  const { longestWriteGapMs, longestReadGapMs, failedWrites, failedReads } = history
  const failed = [failedWrites.length, failedReads.length]
  const three = await deploy('three')
  history.resetGaps()
  router.route(three)
  await two.kill()
  await history.grows(20)
  const row = [size, longestWriteGapMs, longestReadGapMs, ...failed]
  row.push(history.longestWriteGapMs / 1000)
  await history.end()
  await three.stop()
  history.check((await bucket.content()).messages)
  await end()
  return row
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
  const deploy = async (revision: string) => {
    const environment = {
      REPLICA_URL: bucket.replicaUrl,
      K_SERVICE: 'visits',
      K_REVISION: revision,
      RATE_LIMITS: 'off',
    }
    const container = await Container.start({ ...environment, ...bucket.environment }, '1g')
    containers.push(container)
    await container.ready()
    return container
  }
  const end = async () => {
    for (const container of containers) await container.remove()
    router.stop()
    await bucket.stop()
  }
  return { bucket, router, deploy, end }
}

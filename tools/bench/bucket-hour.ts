/**
 * What an hour of durable writes leaves in the bucket, which operations it costs, and how many objects
 * a restore reads: npm's server, and a Cloud Storage in memory. For another Litestream, or other
 * settings, give its path as `LITESTREAM` and theirs as `CONFIG`.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Bucket } from '../../e2e/support/bucket.ts'
import { required } from '../../e2e/support/environment.ts'
import { ltxFilesIn } from '../../packages/streamkeeper/src/litestream/ltx-files.ts'
import { restorePlan } from '../../packages/streamkeeper/src/litestream/restore-plan.ts'
import { listBucket } from './soak/bucket-content.ts'
import { Bill, type Operations } from './support/bill.ts'
import { startApp, underLitestream } from './support/programs.ts'
import { percentile, type Row, show } from './support/table.ts'

const minutes = Number(process.env.MINUTES ?? 60)
const perSecond = Number(process.env.WRITES ?? 1)
const sampleMs = 500
// `getconf CLK_TCK`, on all Linux that Node runs on.
const ticksPerSecond = 100
const dollars = { classA: 5 / 1e6, classB: 0.4 / 1e6, monthHours: 730 }

const run = promisify(execFile)
const litestream = required('LITESTREAM')
const work = mkdtempSync(join(tmpdir(), 'visits-'))
const bucket = await Bucket.start()
const bill = new Bill(bucket.environment.STORAGE_EMULATOR_HOST ?? '')
const store = { STORAGE_EMULATOR_HOST: await bill.start() }
const data = mkdtempSync(join(work, 'data-'))
const app = await startApp(
  { ...store, REPLICA_URL: bucket.replicaUrl, DATA_DIR: data },
  {
    command: underLitestream(process.env.CONFIG),
    ...(process.env.APP && { cwd: process.env.APP }),
  },
)
let failed = 0
try {
  // The first copy of all of it is not what an hour of writes costs.
  await write()
  const [operations, cpu, startMs] = [bill.operations, cpuOfBoth(), performance.now()]
  const reads: number[] = []
  const sample = () => reads.push(restoreReads())
  const sampler = setInterval(sample, sampleMs)
  const took = await writeFor(minutes * 60_000)
  clearInterval(sampler)
  const hours = (performance.now() - startMs) / 3_600_000
  await tell(took, reads, hours, difference(bill.operations, operations), cpu)
} finally {
  await app.stop()
  bill.stop()
  await bucket.stop()
  rmSync(work, { recursive: true })
}

async function write(): Promise<number> {
  const startMs = performance.now()
  const answer = await fetch(`${app.url}/api/entries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ name: 'Ada', message: 'Hello' }),
  }).catch(() => null)
  await answer?.arrayBuffer()
  if (answer?.status !== 201) failed++
  return performance.now() - startMs
}

/** Begins so many writes a second, unless those of the last 2 s still wait for their answers. */
async function writeFor(ms: number): Promise<number[]> {
  const answers: Promise<number>[] = []
  let waiting = 0
  let due = 0
  const begin = () => {
    if (waiting >= perSecond * 2) return failed++
    waiting++
    return answers.push(write().finally(() => waiting--))
  }
  const startMs = performance.now()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setInterval(
    () => {
      const passedMs = Math.min(performance.now() - startMs, ms)
      for (; due < (passedMs / 1_000) * perSecond; due++) begin()
      if (passedMs === ms) resolve()
    },
    Math.min(1_000, 500 / perSecond),
  )
  await promise
  clearInterval(timer)
  return Promise.all(answers)
}

async function tell(
  took: number[],
  reads: number[],
  hours: number,
  operations: Map<string, Operations>,
  cpuBefore: ReturnType<typeof cpuOfBoth>,
): Promise<void> {
  const cpu = cpuOfBoth()
  const all = [...operations.values()]
  const classA = all.reduce((sum, { writes, lists }) => sum + writes + lists, 0) / hours
  const classB = all.reduce((sum, each) => sum + each.reads, 0) / hours
  const cost = classA * dollars.classA + classB * dollars.classB
  const { stdout: version } = await run(litestream, ['version'])
  const percentOfCore = (seconds: number) => seconds / (hours * 36)
  const title = `${perSecond} durable writes a second for ${minutes} min, ${version.trim()}`
  show(`${title}: operations`, await rowsByUse(operations))
  const figures: Row = {
    'writes that failed': failed,
    'a write, median ms': percentile(took, 0.5),
    'a write, p99 ms': percentile(took, 0.99),
    'class A an hour': classA,
    'class B an hour': classB,
    'dollars a month, at this all the time': cost * dollars.monthHours,
    'objects that a restore reads, median': percentile(reads, 0.5),
    'at worst': Math.max(...reads),
    'at the end': restoreReads(),
    'at the end, a real restore': await realReads(),
    'CPU of Litestream, % of a core': percentOfCore(cpu.litestream - cpuBefore.litestream),
    'CPU of the server, % of a core': percentOfCore(cpu.server - cpuBefore.server),
    'files in the data directory': await filesLeft(),
  }
  const rows = Object.entries(figures).map(([what, figure]) => ({ what, figure }))
  show(title, rows)
}

async function rowsByUse(operations: Map<string, Operations>): Promise<Row[]> {
  const left = await listBucket(bucket)
  return [...operations].toSorted().map(([use, counts]) => {
    const level = /\d/.exec(use)?.[0]
    const of = left.filter(({ name }) => level && name.includes(`/ltx/${level}/`))
    const megabytes = of.reduce((sum, { size }) => sum + size, 0) / 1e6
    return { what: use, ...counts, 'objects left': of.length, 'MB left': megabytes }
  })
}

function difference(after: Map<string, Operations>, before: Map<string, Operations>) {
  const none = { writes: 0, lists: 0, reads: 0, deletes: 0 }
  const since = (counts: Operations, { writes, lists, reads, deletes } = none) => ({
    writes: counts.writes - writes,
    lists: counts.lists - lists,
    reads: counts.reads - reads,
    deletes: counts.deletes - deletes,
  })
  return new Map([...after].map(([use, counts]) => [use, since(counts, before.get(use))]))
}

function cpuOfBoth() {
  return { litestream: cpuSeconds(app.pid), server: cpuSeconds(childOf(app.pid)) }
}

/** How much CPU time a process has needed, in seconds. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(utime) + Number(stime)) / ticksPerSecond
}

/** The process that a process has started, whichever of its threads did. */
function childOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.map((id) => readFileSync(`/proc/${pid}/task/${id}/children`, 'utf8'))
  return Number(children.join('').trim().split(' ')[0])
}

function restoreReads(): number {
  const listed = [...bill.objects].map(([name, size]) => ({ name, size, at: 0, checksum: null }))
  return restorePlan(ltxFilesIn(listed))?.length ?? 0
}

/** While the writes rest. */
async function realReads(): Promise<number> {
  const before = bill.operations
  const url = `${bucket.replicaUrl}/epoch-00000001`
  const env = { ...process.env, ...store }
  await run(litestream, ['restore', '-o', join(work, 'restored.db'), url], { env })
  const levels = [...difference(bill.operations, before)].filter(([use]) => /level/.test(use))
  return levels.reduce((sum, [, { reads }]) => sum + reads, 0)
}

async function filesLeft(): Promise<number> {
  const { stdout } = await run('find', [data, '-type', 'f'], { maxBuffer: 1e9 })
  return stdout.trim().split('\n').length
}

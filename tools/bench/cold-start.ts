/**
 * From the start of a container to its first page and its first accepted write, by the size of the
 * database in the bucket and how long each answer of the bucket takes besides, and where the time goes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { postEntry } from '../../e2e/support/api-client.ts'
import { Bucket } from '../../e2e/support/bucket.ts'
import { Container } from '../../e2e/support/container.ts'
import { fillWith } from './support/ballast.ts'
import { percentile, printTable } from './support/table.ts'

const sizes = (process.env.MEGABYTES ?? '0,10,100,1000').split(',').map(Number)
const delays = (process.env.LATENCY ?? '0').split(',').map(Number)
const times = Number(process.env.TIMES ?? 5)

type Case = { megabytes: number; delayMs: number }
const cases: Case[] = sizes.flatMap((megabytes) =>
  delays.map((delayMs) => ({ megabytes, delayMs })),
)
const steps = new Map<Case, Map<string, number[]>>()
const rows: (string | number)[][] = []
for (const one of cases) rows.push(await measure(one))
const bare = await measureBare()
rows.push(['no app', '-', times, ...bare, '-', '-'])
printTable(['MB', 'latency ms', 'starts', 'first page s', 'least', 'first write s', 'least'], rows)
console.log()
printSteps()

async function measure(one: Case): Promise<(string | number)[]> {
  const { megabytes, delayMs } = one
  const runs: { page: number; write: number }[] = []
  for (let run = 0; run < times; run++) {
    const bucket = await Bucket.start()
    if (megabytes > 0) await bucket.seed((database) => fillWith(database, megabytes))
    if (delayMs > 0) bucket.inject({ delayMs })
    runs.push(await startOnce(bucket, one))
    await bucket.stop()
  }
  const told = (what: 'page' | 'write') => medianAndLeast(runs.map((run) => run[what]))
  return [megabytes, delayMs, times, ...told('page'), ...told('write')]
}

/** In seconds. */
function medianAndLeast(ms: number[]): [number, number] {
  return [percentile(ms, 0.5) / 1000, Math.min(...ms) / 1000]
}

/** What the container engine and Node take by themselves. */
async function measureBare(): Promise<[number, number]> {
  const script =
    "http.createServer((_, answer) => answer.end()).listen(process.env.PORT, '127.0.0.1')"
  const took: number[] = []
  for (let run = 0; run < times; run++) {
    const startMs = performance.now()
    const bare = await Container.start({}, '64m', { script })
    took.push(await until(async () => (await status(bare.url)) === 200, startMs))
    await bare.remove()
  }
  return medianAndLeast(took)
}

async function startOnce(bucket: Bucket, one: Case) {
  const startMs = performance.now()
  const environment = { REPLICA_URL: bucket.replicaUrl, METRICS_PORT: '', LITESTREAM_METRICS: '' }
  const disk = `${Math.max(256, one.megabytes * 3)}m`
  const app = await Container.start({ ...environment, ...bucket.environment }, disk)
  try {
    const page = await until(async () => (await status(`${app.url}/guestbook`)) === 200, startMs)
    const write = await until(async () => (await postEntry(app.url, 'first')) === 201, startMs)
    noteSteps(one, await app.logs())
    await app.stop()
    return { page, write }
  } finally {
    await app.remove()
  }
}

async function until(holds: () => Promise<boolean>, startMs: number): Promise<number> {
  for (let tries = 0; tries < 6_000; tries++) {
    if (await holds()) return performance.now() - startMs
    await sleep(10)
  }
  throw new Error('The app does not start.')
}

function status(url: string): Promise<number> {
  return fetch(url, { headers: { accept: 'text/html' } }).then(
    async (answer) => {
      await answer.text()
      return answer.status
    },
    () => 0,
  )
}

function noteSteps(one: Case, logs: string): void {
  const found = steps.get(one) ?? new Map<string, number[]>()
  steps.set(one, found)
  const note = (step: string, ms: number) => found.set(step, [...(found.get(step) ?? []), ms])
  for (const line of logs.split('\n').filter((line) => line.startsWith('{"severity"'))) {
    const { steps, startMs, message, ms } = JSON.parse(line)
    if (steps) {
      for (const [step, ms] of Object.entries(steps)) note(step, Number(ms))
      note('start in all', startMs)
    }
    if (/^Leading epoch/.test(message)) note('lease to lead', ms)
  }
}

function printSteps(): void {
  const names = [...new Set([...steps.values()].flatMap((found) => [...found.keys()]))]
  const medianOf = (found: Map<string, number[]> | undefined, name: string) =>
    found?.get(name) ? percentile(found.get(name) ?? [], 0.5) : '-'
  printTable(
    ['step, ms', ...cases.map(({ megabytes, delayMs }) => `${megabytes} MB, ${delayMs} ms`)],
    names.map((name) => [name, ...cases.map((one) => medianOf(steps.get(one), name))]),
  )
}

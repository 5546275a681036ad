/**
 * From the start of a container to its first page and its first accepted write, by the size of the
 * database in the bucket, and where the time goes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { postEntry } from '../e2e/support/api-client.ts'
import { Bucket } from '../e2e/support/bucket.ts'
import { Container } from '../e2e/support/container.ts'
import { fillWith } from './support/ballast.ts'
import { percentile, printTable } from './support/table.ts'

const sizes = (process.env.MEGABYTES ?? '0,10,100,1000').split(',').map(Number)
const times = Number(process.env.TIMES ?? 5)

const steps = new Map<number, Map<string, number[]>>()
const rows: (string | number)[][] = []
for (const megabytes of sizes) rows.push(await measure(megabytes))
rows.push(['no app', times, await measureBare(), '-'])
printTable(['MB', 'starts', 'first page s', 'first write s'], rows)
console.log()
printSteps()

async function measure(megabytes: number): Promise<(string | number)[]> {
  const runs: { page: number; write: number }[] = []
  for (let run = 0; run < times; run++) {
    const bucket = await Bucket.start()
    if (megabytes > 0) await bucket.seed((database) => fillWith(database, megabytes))
    runs.push(await startOnce(bucket, megabytes))
    await bucket.stop()
  }
  const median = (what: 'page' | 'write') =>
    percentile(
      runs.map((run) => run[what]),
      0.5,
    ) / 1000
  return [megabytes, times, median('page'), median('write')]
}

/** What the container engine and Node take by themselves. */
async function measureBare(): Promise<number> {
  const script =
    "http.createServer((_, answer) => answer.end()).listen(process.env.PORT, '127.0.0.1')"
  const took: number[] = []
  for (let run = 0; run < times; run++) {
    const startMs = performance.now()
    const bare = await Container.start({}, '64m', { script })
    took.push(await until(async () => (await status(bare.url)) === 200, startMs))
    await bare.remove()
  }
  return percentile(took, 0.5) / 1000
}

async function startOnce(bucket: Bucket, megabytes: number) {
  const startMs = performance.now()
  const environment = { REPLICA_URL: bucket.replicaUrl, METRICS_PORT: '', LITESTREAM_METRICS: '' }
  const disk = `${Math.max(256, megabytes * 3)}m`
  const app = await Container.start({ ...environment, ...bucket.environment }, disk)
  try {
    const page = await until(async () => (await status(`${app.url}/guestbook`)) === 200, startMs)
    const write = await until(async () => (await postEntry(app.url, 'first')) === 201, startMs)
    noteSteps(megabytes, await app.logs())
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

function noteSteps(megabytes: number, logs: string): void {
  const found = steps.get(megabytes) ?? new Map<string, number[]>()
  steps.set(megabytes, found)
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
    ['step, ms', ...sizes.map((size) => `${size} MB`)],
    names.map((name) => [name, ...sizes.map((size) => medianOf(steps.get(size), name))]),
  )
}

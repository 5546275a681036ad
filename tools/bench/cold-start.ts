/**
 * From the start of a container to its first page and its first accepted write, by the size of the
 * database in the bucket and how long each answer of the bucket takes besides, and where the time goes.
 */
import type { Bucket } from '../../e2e/support/bucket.ts'
import { Container } from '../../e2e/support/container.ts'
import { bucketWith } from './support/ballast.ts'
import { acknowledges, isShown, startContainer, until } from './support/containers.ts'
import { numbers, percentile, type Row, show } from './support/table.ts'

const sizes = numbers('MEGABYTES', '0,10,100,1000')
const delays = numbers('LATENCY', '0')
const times = Number(process.env.TIMES ?? 5)
const bareServer =
  "http.createServer((_, answer) => answer.end()).listen(process.env.PORT, '127.0.0.1')"

const steps: Row[] = []
const rows: Row[] = []
for (const megabytes of sizes)
  for (const delay of delays) rows.push(await measure(megabytes, delay))
rows.push(await measureBare())
show('Seconds from the start', rows)
show('Milliseconds of each step, medians', steps)

async function measure(megabytes: number, delayMs: number): Promise<Row> {
  const took: { page: number; write: number }[] = []
  const steppedMs = new Map<string, number[]>()
  for (let run = 0; run < times; run++) {
    const bucket = await bucketWith(megabytes)
    if (delayMs > 0) bucket.inject({ delayMs })
    const { logs, ...one } = await startOnce(bucket, `${Math.max(256, megabytes * 3)}m`)
    took.push(one)
    for (const [step, ms] of stepsIn(logs)) {
      steppedMs.set(step, [...(steppedMs.get(step) ?? []), ms])
    }
    await bucket.stop()
  }
  const of = { MB: megabytes, 'latency ms': delayMs }
  const medians = [...steppedMs].map(([step, all]) => [step, percentile(all, 0.5)])
  steps.push({ ...of, ...Object.fromEntries(medians) })
  const [pages, writes] = [took.map(({ page }) => page), took.map(({ write }) => write)]
  const page = medianAndLeast('first page s', pages)
  return { ...of, starts: times, ...page, ...medianAndLeast('first write s', writes) }
}

function medianAndLeast(name: string, ms: number[]): Row {
  return { [name]: percentile(ms, 0.5) / 1_000, [`least ${name}`]: Math.min(...ms) / 1_000 }
}

/** What the container engine and Node take by themselves. */
async function measureBare(): Promise<Row> {
  const took: number[] = []
  for (let run = 0; run < times; run++) {
    const startMs = performance.now()
    const bare = await Container.start({}, '64m', { script: bareServer })
    await until(() => isShown(bare), { everyMs: 10 })
    took.push(performance.now() - startMs)
    await bare.remove()
  }
  return { MB: 'no app', 'latency ms': '-', starts: times, ...medianAndLeast('first page s', took) }
}

async function startOnce(bucket: Bucket, disk: string) {
  const startMs = performance.now()
  const app = await startContainer(bucket, { disk })
  try {
    await until(() => isShown(app), { everyMs: 10 })
    const page = performance.now() - startMs
    await until(() => acknowledges(app, 'first'), { everyMs: 10 })
    const write = performance.now() - startMs
    const logs = await app.logs()
    await app.stop()
    return { page, write, logs }
  } finally {
    await app.remove()
  }
}

function stepsIn(logs: string): [string, number][] {
  const lines = logs.split('\n').filter((line) => line.startsWith('{"severity"'))
  return lines.flatMap((line): [string, number][] => {
    const { steps, startMs, message, ms } = JSON.parse(line)
    if (/^Leading epoch/.test(message)) return [['lease to lead', ms]]
    return steps ? [...Object.entries<number>(steps), ['start in all', startMs]] : []
  })
}

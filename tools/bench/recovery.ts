/**
 * How long it takes from the moment at which the bucket answers again until the next entry is
 * acknowledged, by what the bucket did before and for how long: while the app leads, and while it starts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { postEntry } from '../../e2e/support/api-client.ts'
import { Bucket } from '../../e2e/support/bucket.ts'
import { Container } from '../../e2e/support/container.ts'
import type { Fault } from '../../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import { ended } from './soak/engine.ts'
import { printTable } from './support/table.ts'

const html = '<!doctype html><title>Sign in</title>'
const kinds: [string, Fault | 'cut'][] = [
  ['refuses connections', 'cut'],
  ['hangs', { hang: true }],
  ['lets writes hang', { hang: true, only: 'writes' }],
  ['answers 403', { status: 403 }],
  ['answers 429', { status: 429 }],
  ['answers 500', { status: 500 }],
  ['answers 503', { status: 503 }],
  ['sends half of each answer', { half: 'connection' }],
  ['sends HTML', { body: html }],
  ['takes 8 s for each answer', { delayMs: 8_000 }],
]
// Within the time of the lease, and beyond it.
const lastMs = [7_000, 20_000]
const startMs = 20_000
const patienceMs = 120_000

const only = process.argv[2]
const chosen = kinds.filter(([name]) => !only || name.includes(only))
const rows: (string | number)[][] = []
for (const [name, fault] of chosen) {
  const row: (string | number)[] = [name]
  const scene = await sceneOf(fault)
  for (const ms of lastMs) row.push(await recovery(scene, ms, false))
  row.push(await recovery(scene, startMs, true))
  console.log(row.join('  '))
  rows.push(row)
  await scene.end()
}
const after = lastMs.map((ms) => `after ${ms / 1_000} s`)
printTable(['the bucket', ...after, `start after ${startMs / 1_000} s`], rows)

/** @returns in seconds */
async function recovery(
  { bucket, fault, service, start }: Scene,
  ms: number,
  isNew: boolean,
): Promise<number> {
  if (fault === 'cut') await bucket.cut()
  else bucket.inject(fault)
  if (isNew) await start()
  const writing = new AbortController()
  // People go on trying while it lasts.
  const trying = (async () => {
    while (!writing.signal.aborted) {
      await postEntry(service().url, 'during')
      await sleep(500)
    }
  })()
  await sleep(ms)
  await bucket.mend()
  const since = performance.now()
  writing.abort()
  await acknowledged(service)
  const seconds = (performance.now() - since) / 1_000
  await trying
  return seconds
}

async function acknowledged(service: () => Container): Promise<void> {
  const endsAtMs = performance.now() + patienceMs
  const attempt = async () => {
    while (performance.now() < endsAtMs) {
      if ((await postEntry(service().url, 'after')) === 201) return
      await sleep(100)
    }
    throw new Error(`Nothing was acknowledged for ${patienceMs / 1_000} s.`)
  }
  // As several people do: who waits for an answer does not hold up the others.
  const attempts = Array.from({ length: 4 }, (_, index) => sleep(index * 250).then(attempt))
  await Promise.any(attempts)
}

type Scene = Awaited<ReturnType<typeof sceneOf>>

async function sceneOf(fault: Fault | 'cut') {
  const bucket = await Bucket.start()
  const containers: Container[] = []
  const isOver = new AbortController()
  const service = () => {
    const current = containers.at(-1)
    if (!current) throw new Error('Nothing was started.')
    return current
  }
  const start = async () => {
    const container = await Container.start({
      REPLICA_URL: bucket.replicaUrl,
      ...{ RATE_LIMITS: 'off', METRICS_PORT: '', LITESTREAM_METRICS: '' },
      K_SERVICE: 'visits',
      ...bucket.environment,
    })
    containers.push(container)
    // As Cloud Run starts another one in its place.
    ended(container.name).then(
      (code) => {
        if (isOver.signal.aborted) return
        console.log(`An instance ended by itself with ${code}.`)
        return start()
      },
      () => {},
    )
  }
  await start()
  await acknowledged(service)
  return {
    bucket,
    fault,
    service,
    start,
    end: async () => {
      isOver.abort()
      for (const container of containers) await container.remove()
      await bucket.stop()
    },
  }
}

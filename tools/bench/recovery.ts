/**
 * How long it takes from the moment at which the bucket answers again until the next entry is
 * acknowledged, by what the bucket did before and for how long: while the app leads, and while it starts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { postEntry } from '../../e2e/support/api-client.ts'
import { Bucket } from '../../e2e/support/bucket.ts'
import type { Container } from '../../e2e/support/container.ts'
import type { Fault } from '../../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import { acknowledges, ended, startContainer, until } from './support/containers.ts'
import { type Row, show } from './support/table.ts'

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

const only = process.env.FAULT ?? ''
const rows: Row[] = []
for (const [name, fault] of kinds.filter(([name]) => name.includes(only))) {
  const row: Row = { 'the bucket': name }
  const scene = await sceneOf(fault)
  for (const ms of lastMs) row[`after ${ms / 1_000} s, s`] = await recovery(scene, ms, false)
  row[`start after ${startMs / 1_000} s, s`] = await recovery(scene, startMs, true)
  console.log(JSON.stringify(row))
  rows.push(row)
  await scene.end()
}
show('From the return of the bucket to the next entry', rows)

/** @returns in seconds */
async function recovery({ bucket, fault, service, start }: Scene, ms: number, isNew: boolean) {
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
  const attempt = async (index: number) => {
    await sleep(index * 250)
    const isTaken = () => acknowledges(service(), crypto.randomUUID())
    await until(isTaken, { everyMs: 100 })
  }
  // As several people do: who waits for an answer does not hold up the others.
  await Promise.any([0, 1, 2, 3].map(attempt))
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
    const container = await startContainer(bucket)
    containers.push(container)
    // As Cloud Run starts another one in its place.
    ended(container).then(
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

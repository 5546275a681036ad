/**
 * What readers beside one writer are good for: reads a second, how far they are behind, and what
 * they ask of the bucket, with what that would cost many of them.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Bucket } from '../../e2e/support/bucket.ts'
import { FaultyProxy } from '../../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import { freePort } from '../../packages/streamkeeper/src/test-tools/ports.ts'
import { load } from './support/load.ts'
import { type Program, startApp } from './support/programs.ts'
import { percentile, type Row, show } from './support/table.ts'

const html = { accept: 'text/html' }
const readsMs = 5_000
const clients = 8
const entries = 40
const idleMs = Number(process.env.IDLE_MS ?? 65_000)
const writingMs = idleMs / 2

// Assumptions, in dollars: operations on a standard regional bucket (a list is class A, a read is
// class B), and network between regions of one continent.
const price = { classA: 5 / 1e6, classB: 0.4 / 1e6, gigabyte: 0.02 }
const hoursAMonth = 730
const manyReaders = 1_000

const work = await mkdtemp(join(tmpdir(), 'visits-'))
const bucket = await Bucket.start()
// What readers ask is counted apart from what the writer asks.
const { STORAGE_EMULATOR_HOST: host = '' } = bucket.environment
const counting = new FaultyProxy(await freePort(), Number(host.split(':')[1]), host)
await counting.mend()
const running: Program[] = []
try {
  const writer = await start('writer', bucket.environment)
  await write(writer, 'the first')
  const readers: Program[] = []
  const rows: Row[] = []
  for (let count = 1; count <= 3; count++) {
    readers.push(await startReader(`reader-${count}`, writer))
    const asked = readers.map(({ url }) =>
      load(`${url}/guestbook`, { ms: readsMs, clients, headers: html }),
    )
    const measured = await Promise.all(asked)
    const sum = measured.reduce((total, { perSecond }) => total + perSecond, 0)
    const p99 = Math.max(...measured.map((one) => one.p99))
    rows.push({ readers: count, 'reads/s': sum, 'p99 ms': p99 })
  }
  show('Reads', rows)

  const reader = readers.shift()
  if (!reader) throw new Error('No reader was started.')
  for (const other of readers) await stop(other)
  await showLag(writer, reader)
  await showOperations(writer)
} finally {
  for (const program of running.toReversed()) await program.stop()
  await counting.cut()
  await bucket.stop()
  await rm(work, { recursive: true, force: true })
}

async function showLag(writer: Program, reader: Program): Promise<void> {
  const behind: number[] = []
  const own: number[] = []
  for (let number = 0; number < entries; number++) {
    // At any moment between two looks of the reader.
    await sleep(Math.random() * 1_000)
    await write(writer, `seen ${number}`)
    const startMs = performance.now()
    while (!(await newest(reader)).includes(`"seen ${number}"`)) await sleep(5)
    behind.push(performance.now() - startMs)
    const answer = await write(reader, `own ${number}`)
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const askedMs = performance.now()
    const seen = await newest(reader, { cookie })
    own.push(performance.now() - askedMs)
    if (!seen.includes(`"own ${number}"`)) throw new Error('Who wrote did not see it.')
  }
  const times = (ms: number[]) => ({
    'p50 ms': percentile(ms, 0.5),
    'p99 ms': percentile(ms, 0.99),
  })
  show('From the acknowledgement to a reader that shows the entry', [
    { 'to whom': 'to anybody', ...times(behind) },
    { 'to whom': 'to who wrote it: the time of the read', ...times(own) },
  ])
}

async function showOperations(writer: Program): Promise<void> {
  const idle = await countFor(idleMs, async () => {})
  // Lists come once a minute, whatever is written, and this is shorter.
  const counted = await countFor(writingMs, (number) => write(writer, `one a second ${number}`))
  const writing = { ...counted, lists: idle.lists }
  const [rests, writes] = ['nothing is written', 'one entry a second is written']
  show('What one reader asks of the bucket in an hour', [
    { while: rests, ...idle },
    { while: writes, ...writing },
  ])
  console.log(
    `\nOn paper: ${manyReaders} readers in 10 regions, at ${price.classA * 1e6} and ${price.classB * 1e6} dollars for a million operations of class A and B, and ${price.gigabyte} for a gigabyte between regions (4 kB for each write, to every reader).`,
  )
  show('A month of them', [
    { while: rests, ...monthly(idle, 0) },
    { while: writes, ...monthly(writing, 1) },
  ])
}

function monthly({ lists, reads }: { lists: number; reads: number }, writesASecond: number): Row {
  const readerHours = manyReaders * hoursAMonth
  const gigabytes = (readerHours * 3_600 * writesASecond * 4_000) / 1e9
  return {
    'million operations': ((lists + reads) * readerHours) / 1e6,
    'for them $': (lists * price.classA + reads * price.classB) * readerHours,
    'network $': gigabytes * price.gigabyte,
  }
}

async function countFor(ms: number, everySecond: (number: number) => Promise<unknown>) {
  const before = { ...counting.counts }
  const startMs = performance.now()
  for (let number = 0; performance.now() - startMs < ms; number++) {
    await everySecond(number)
    await sleep(Math.max(0, startMs + (number + 1) * 1_000 - performance.now()))
  }
  const anHour = (kind: 'list' | 'read' | 'write') =>
    ((counting.counts[kind] - before[kind]) * 3_600_000) / (performance.now() - startMs)
  return { lists: anHour('list'), reads: anHour('read'), writes: anHour('write') }
}

function startReader(name: string, writer: Program): Promise<Program> {
  const STORAGE_EMULATOR_HOST = `127.0.0.1:${counting.port}`
  return start(name, { ROLE: 'reader', WRITER_URL: writer.url, STORAGE_EMULATOR_HOST })
}

async function start(name: string, environment: Record<string, string>): Promise<Program> {
  const DATA_DIR = join(work, name)
  await mkdir(DATA_DIR)
  const program = await startApp({ DATA_DIR, REPLICA_URL: bucket.replicaUrl, ...environment })
  running.push(program)
  return program
}

async function stop(program: Program): Promise<void> {
  running.splice(running.indexOf(program), 1)
  await program.stop()
}

async function write({ url }: Program, message: string): Promise<Response> {
  const answer = await fetch(`${url}/api/entries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({ name: 'Ada', message }),
  })
  await answer.clone().text()
  if (!answer.ok) throw new Error(`An entry was answered with ${answer.status}.`)
  return answer
}

async function newest({ url }: Program, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(`${url}/api/entries?limit=1`, { headers })).text()
}

/** How many requests one container holds at once, how long they take, and what they need. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type ClientRequest, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bucket } from '../../e2e/support/bucket.ts'
import { bucketWith } from './support/ballast.ts'
import { Charged } from './support/charged.ts'
import { startContainer } from './support/containers.ts'
import { type Load, load, statusOf } from './support/load.ts'
import { numbers, percentile, type Row, show } from './support/table.ts'

const limit = Number(process.env.LIMIT ?? 512)
const megabytes = Number(process.env.MEGABYTES ?? 1)
const eachMs = 3_000
const warmMs = 3_000
const json = { 'content-type': 'application/json' }
const html = { accept: 'text/html' }
const entry = JSON.stringify({ name: 'Ada', message: 'Hello' })
// The largest that is shown again to its writer, as it is too long. Few of them are let in at once.
const form = `name=Ada&message=${'a'.repeat(128 * 1024 - 100)}`

type Outcome = Pick<Load, 'answered' | 'p50' | 'p99' | 'failed'>
type Ask = (url: string, clients: number, bucket: Bucket) => Promise<Outcome>

const kinds: Record<string, Ask> = {
  'the front page': (url, clients) => load(url, { clients, ms: eachMs, headers: html }),
  'entries, bucket 20 ms away': (url, clients, bucket) => {
    bucket.inject({ delayMs: 20 })
    return post(url, clients, 201)
  },
  'entries, bucket 1 s away': (url, clients, bucket) => {
    bucket.inject({ delayMs: 1_000, only: 'writes' })
    return post(url, clients, 201)
  },
  'entries, bucket hangs': (url, clients, bucket) => {
    bucket.inject({ hang: true, only: 'writes' })
    return post(url, clients, 503)
  },
  'a page, while those wait': async (url, clients, bucket) => {
    bucket.inject({ hang: true, only: 'writes' })
    const waiting = post(url, clients, 503)
    await sleep(1_000)
    const outcome = await load(`${url}/guestbook`, { clients: 1, ms: 3_000, headers: html })
    await waiting
    return outcome
  },
  'connections that are kept': keep,
  'forms of 128 KiB, all but their end': holdForms,
}

const rows: Row[] = []
for (const clients of numbers('AT_ONCE', '80,250,500,1000')) rows.push(...(await measure(clients)))
show('Requests at once', rows)

async function measure(clients: number): Promise<Row[]> {
  const bucket = await bucketWith(megabytes)
  const app = await startContainer(bucket, { disk: `${limit}m`, memory: `${limit}m` })
  const rows: Row[] = []
  try {
    await app.ready()
    await load(app.url, { clients: 16, ms: warmMs, headers: html })
    await load(`${app.url}/api/entries`, { clients: 16, ms: warmMs, headers: json, body: entry })
    await using charged = await Charged.watch(app)
    for (const [what, ask] of Object.entries(kinds)) {
      await charged.take()
      const { answered, p50, p99, failed } = await ask(app.url, clients, bucket)
      const { cpuMs, needed } = await charged.take()
      const counts = { what, 'at once': clients, answered, failed }
      const costs = { 'CPU ms each': cpuMs / answered, 'memory MB': needed / 1e6 }
      rows.push({ ...counts, 'p50 ms': p50, 'p99 ms': p99, ...costs })
      bucket.inject(null)
      if (!(await app.isRunning())) throw new Error(`${what}: the container has ended.`)
      await post(app.url, 1, 201)
    }
  } catch (error) {
    console.error(`${clients} at once: ${error}`)
  } finally {
    await app.remove()
    await bucket.stop()
  }
  return rows
}

/** Each client posts an entry, and waits for its answer. */
async function post(url: string, clients: number, wanted: number): Promise<Outcome> {
  const agent = new Agent({ maxSockets: clients })
  const calls = Array.from({ length: clients }, () => {
    const headers = { ...json, 'idempotency-key': randomUUID() }
    return request(`${url}/api/entries`, { agent, method: 'POST', headers }).end(entry)
  })
  const outcome = await answers(calls, wanted)
  agent.destroy()
  return outcome
}

/** Connections that have asked once and say nothing more, while one client goes on asking. */
async function keep(url: string, clients: number): Promise<Outcome> {
  const { host, hostname, port } = new URL(url)
  const open = async () => {
    const socket = connect(Number(port), hostname).on('error', () => {})
    socket.resume()
    await once(socket, 'connect')
    socket.write(`GET /api/entries HTTP/1.1\r\nhost: ${host}\r\n\r\n`)
    return socket
  }
  const sockets: Socket[] = await Promise.all(Array.from({ length: clients }, open))
  const outcome = await load(`${url}/guestbook`, { clients: 1, ms: 3_000, headers: html })
  const closed = sockets.filter((socket) => socket.closed).length
  for (const socket of sockets) socket.destroy()
  return { ...outcome, failed: outcome.failed + closed }
}

async function holdForms(url: string, clients: number): Promise<Outcome> {
  const agent = new Agent({ maxSockets: clients })
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': form.length,
    'sec-fetch-site': 'same-origin',
  }
  const calls = Array.from({ length: clients }, () => {
    const call = request(`${url}/guestbook/sign`, { agent, method: 'POST', headers })
    call.write(form.slice(0, -1))
    return call
  })
  // Those that are not let in are answered before their end; the others 3 s later.
  const outcome = answers(calls, 422, 503)
  await sleep(3_000)
  for (const call of calls) call.end(form.slice(-1))
  await outcome
  agent.destroy()
  return outcome
}

async function answers(calls: ClientRequest[], ...wanted: number[]): Promise<Outcome> {
  const sentMs = performance.now()
  const took: number[] = []
  let failed = 0
  const answer = async (call: ClientRequest) => {
    const status = await statusOf(call)
    if (wanted.includes(status)) took.push(performance.now() - sentMs)
    else failed++
  }
  await Promise.all(calls.map(answer))
  return { answered: took.length, failed, p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
}

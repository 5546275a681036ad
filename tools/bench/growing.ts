/**
 * How far the app goes over HTTP, on SQLite beside a bucket that is 20 ms away, and on PostgreSQL on
 * the same machine; and how many requests one container holds at once. The cores are shared by all of
 * it, and by those who ask.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Bucket } from '../../e2e/support/bucket.ts'
import { TestPostgres } from '../../packages/streamkeeper/src/postgres/test-postgres.ts'
import { freePort } from '../../packages/streamkeeper/src/test-tools/ports.ts'
import { benchAtOnce } from './support/at-once.ts'
import { load } from './support/load.ts'
import { appFolder, Program, underLitestream } from './support/programs.ts'
import { printTable } from './support/table.ts'

const parts = (process.env.PARTS ?? 'throughput,at-once').split(',')
const eachMs = 5_000
const bucketMs = 20
const html = { accept: 'text/html' }
const json = { 'content-type': 'application/json' }
const entry = JSON.stringify({ name: 'Ada', message: 'Hello' })
const asked = [
  { what: 'entries', path: '/api/entries', headers: json, body: entry, clients: [1, 16, 64, 256] },
  { what: 'visits', path: '/', headers: html, clients: [16] },
  { what: 'guestbook', path: '/guestbook', headers: html, clients: [16] },
  { what: 'the API', path: '/api/entries', headers: {}, clients: [16] },
]

const rows: (string | number)[][] = []
const work = await mkdtemp(join(tmpdir(), 'visits-'))
try {
  if (parts.includes('throughput')) {
    await benchSqlite()
    await benchPostgres()
    printTable(['data on', 'what', 'at once', 'a second', 'p50 ms', 'p99 ms', 'failed'], rows)
  }
} finally {
  await rm(work, { recursive: true, force: true })
}
if (parts.includes('at-once')) {
  const times = ['p50 ms', 'p99 ms', 'CPU ms each']
  printTable(['what', 'at once', 'answered', 'failed', ...times, 'memory MB'], await benchAtOnce())
}

async function benchSqlite(): Promise<void> {
  const bucket = await Bucket.start()
  bucket.inject({ delayMs: bucketMs })
  const program = await start(underLitestream(), {
    ...{ DATA_DIR: join(work, 'sqlite'), REPLICA_URL: bucket.replicaUrl },
    ...bucket.environment,
  })
  await measure('SQLite', program)
  await bucket.stop()
}

async function benchPostgres(): Promise<void> {
  await using server = await TestPostgres.start(['fsync=on'])
  const program = await start([process.execPath, 'server.js'], {
    ...{ DATABASE_URL: server.url('postgres'), DATA_DIR: join(work, 'postgres') },
  })
  await measure('PostgreSQL', program)
}

async function measure(server: string, program: Program): Promise<void> {
  for (const { what, path, clients, ...request } of asked) {
    for (const atOnce of clients) {
      const of = { ...request, clients: atOnce }
      await load(program.url + path, { ...of, ms: eachMs / 5 })
      const { perSecond, p50, p99, failed } = await load(program.url + path, { ...of, ms: eachMs })
      rows.push([server, what, atOnce, perSecond, p50, p99, failed])
    }
  }
  await program.stop()
}

async function start(command: string[], env: Record<string, string> & { DATA_DIR: string }) {
  await mkdir(env.DATA_DIR)
  const own = {
    NODE_ENV: 'production',
    RATE_LIMITS: 'off',
    METRICS_PORT: '',
    LITESTREAM_METRICS: '',
  }
  return Program.start(command, await freePort(), {
    cwd: appFolder,
    env: { ...own, ...env },
  })
}

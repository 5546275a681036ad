/**
 * How far the app goes over HTTP, on SQLite beside a bucket that is 20 ms away, and on PostgreSQL on
 * the same machine. The cores are shared by all of it, and by those who ask.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Bucket } from '../../e2e/support/bucket.ts'
import { TestPostgres } from '../../packages/streamkeeper/src/test-tools/test-postgres.ts'
import { load } from './support/load.ts'
import { type Program, startApp } from './support/programs.ts'
import { type Row, show } from './support/table.ts'

const eachMs = Number(process.env.EACH_MS ?? 5_000)
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

const rows: Row[] = []
const work = await mkdtemp(join(tmpdir(), 'visits-'))
try {
  await benchSqlite()
  await benchPostgres()
  show('Requests a second', rows)
} finally {
  await rm(work, { recursive: true, force: true })
}

async function benchSqlite(): Promise<void> {
  const bucket = await Bucket.start()
  bucket.inject({ delayMs: bucketMs })
  const DATA_DIR = await folder('sqlite')
  const app = await startApp({ DATA_DIR, REPLICA_URL: bucket.replicaUrl, ...bucket.environment })
  await measure('SQLite', app)
  await bucket.stop()
}

async function benchPostgres(): Promise<void> {
  await using server = await TestPostgres.start(['fsync=on'])
  const env = { DATABASE_URL: server.url('postgres'), DATA_DIR: await folder('postgres') }
  await measure('PostgreSQL', await startApp(env, { command: [process.execPath, 'server.js'] }))
}

async function measure(server: string, program: Program): Promise<void> {
  for (const { what, path, clients, ...request } of asked) {
    for (const atOnce of clients) {
      const of = { ...request, clients: atOnce }
      await load(program.url + path, { ...of, ms: eachMs / 5 })
      const { perSecond, p50, p99, failed } = await load(program.url + path, { ...of, ms: eachMs })
      const times = { 'a second': perSecond, 'p50 ms': p50, 'p99 ms': p99, failed }
      rows.push({ 'data on': server, what, 'at once': atOnce, ...times })
    }
  }
  await program.stop()
}

async function folder(name: string): Promise<string> {
  await mkdir(join(work, name))
  return join(work, name)
}

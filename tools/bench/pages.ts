/**
 * What a page costs, beside a page of Next that does nothing, a bare server of Node with SQLite, and
 * the Go sample: requests a second, with a table of visits that is empty, or holds millions.
 */
import { execFile } from 'node:child_process'
import { copyFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { required } from '../../e2e/support/environment.ts'
import { freePort } from '../../packages/streamkeeper/src/test-tools/ports.ts'
import { type Load, load } from './support/load.ts'
import { appFolder, Program, underLitestream } from './support/programs.ts'
import { printTable } from './support/table.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const peers = join(import.meta.dirname, 'peers')
const eachMs = 5_000
const clients = 16
const millions = (process.env.MILLIONS ?? '0,1,10').split(',').map(Number)
const html = { accept: 'text/html' }

const work = await mkdtemp(join(tmpdir(), 'visits-'))
const rows: (string | number)[][] = []
try {
  const bare = await benchBareNext()
  for (const million of millions) await benchVisits(million, bare)
  printTable(['server', 'page', 'million rows', 'requests/s', 'x bare', 'p50 ms', 'p99 ms'], rows)
} finally {
  await rm(work, { recursive: true, force: true })
}

async function benchBareNext(): Promise<Load> {
  // Inside the project, where it finds Next.
  const folder = join(root, '.cache', 'bench-next-bare')
  await cp(join(peers, 'next-bare'), folder, { recursive: true })
  const next = join(root, 'node_modules/next/dist/bin/next')
  const env = {
    PROJECT: '../..',
    NEXT_TELEMETRY_DISABLED: '1',
    NODE_ENV: 'production' as const,
  }
  await run(process.execPath, [next, 'build'], { cwd: folder, env: { ...process.env, ...env } })
  const port = await freePort()
  const start = [process.execPath, next, 'start', '--hostname', '127.0.0.1', '--port', String(port)]
  const program = await Program.start(start, port, { cwd: folder, env })
  const measured = await measure(program.url, html)
  await program.stop()
  add('Next', 'bare dynamic page', '-', measured, measured)
  return measured
}

async function benchVisits(million: number, bare: Load): Promise<void> {
  const seed = join(work, 'seed.db')
  await rm(seed, { force: true })
  fill(seed, million * 1_000_000)
  await benchApp(seed, million, bare)
  await benchNode(seed, million, bare)
  for (const journal of ['DELETE', 'WAL']) await benchOriginal(seed, million, journal, bare)
}

async function benchApp(seed: string, million: number, bare: Load): Promise<void> {
  const folder = join(work, 'app')
  const bucket = join(work, 'bucket')
  await mkdir(folder)
  await run(required('LITESTREAM'), ['replicate', '-once', seed, `file://${bucket}`])
  const port = await freePort()
  const program = await Program.start(underLitestream(), port, {
    cwd: appFolder,
    env: {
      NODE_ENV: 'production',
      DATA_DIR: folder,
      REPLICA_URL: `file://${bucket}`,
      RATE_LIMITS: 'off',
    },
  })
  for (const [page, path, headers] of [
    ['/', '/', html],
    ['/ in plain text', '/', {}],
    ['/guestbook', '/guestbook', html],
    ['/api/entries', '/api/entries', {}],
  ] as const) {
    add('this app', page, million, await measure(program.url + path, headers), bare)
  }
  await program.stop()
  await rm(folder, { recursive: true })
  await rm(bucket, { recursive: true })
}

async function benchNode(seed: string, million: number, bare: Load): Promise<void> {
  const DATABASE = await copyOf(seed)
  const port = await freePort()
  const command = [process.execPath, join(peers, 'node-http.mjs')]
  const program = await Program.start(command, port, { env: { DATABASE } })
  add('node:http', 'plain text', million, await measure(program.url, {}), bare)
  await program.stop()
}

async function benchOriginal(seed: string, million: number, journal: string, bare: Load) {
  const binary = join(work, 'original')
  const env = { ...process.env, CGO_ENABLED: '1' }
  await run('go', ['build', '-trimpath', '-o', binary], { cwd: join(peers, 'original'), env })
  const DSN = `file:${await copyOf(seed)}?_journal_mode=${journal}&_busy_timeout=5000&_txlock=immediate`
  const program = await Program.start([binary], await freePort(), { env: { DSN } })
  add(`Go sample, ${journal}`, 'plain text', million, await measure(program.url, {}), bare)
  await program.stop()
}

async function measure(url: string, headers: Record<string, string>): Promise<Load> {
  await load(url, { ms: eachMs / 2, clients, headers })
  return load(url, { ms: eachMs, clients, headers })
}

function add(server: string, page: string, million: number | string, of: Load, bare: Load): void {
  if (of.failed > 0) console.log(`${server} ${page}: ${of.failed} requests failed`)
  const ratio = of.perSecond / bare.perSecond
  rows.push([server, page, million, of.perSecond, ratio, of.p50, of.p99])
}

async function copyOf(seed: string): Promise<string> {
  const copy = join(work, 'copy.db')
  for (const suffix of ['', '-wal', '-shm']) await rm(copy + suffix, { force: true })
  await copyFile(seed, copy)
  return copy
}

// As the Go sample leaves it: no other table, and the rollback journal.
function fill(path: string, count: number): void {
  const database = new Sqlite(path)
  database.exec('create table page_views (id integer primary key, timestamp text not null)')
  database.exec(`
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
    insert into page_views select i, datetime(1700000000 + i, 'unixepoch') from n where ${count} > 0`)
  database.close()
}

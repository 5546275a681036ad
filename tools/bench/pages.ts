/**
 * What a page costs, beside a page of Next that does nothing, a bare server of Node that counts visits
 * as the app does, and the Go sample: requests a second, with a table of visits that is empty, or holds
 * millions. Whatever counts visits has its Litestream running.
 */
import { execFile } from 'node:child_process'
import { copyFile, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { openDatabase } from '../../db/test-support.ts'
import { required } from '../../e2e/support/environment.ts'
import { acknowledges, until } from './support/containers.ts'
import { load } from './support/load.ts'
import { Program, startApp } from './support/programs.ts'
import { numbers, type Row, show } from './support/table.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const peers = join(import.meta.dirname, 'peers')
const eachMs = Number(process.env.EACH_MS ?? 5_000)
const clients = 16
const html = { accept: 'text/html' }

const work = await mkdtemp(join(tmpdir(), 'visits-'))
const [data, bucket, seed] = [join(work, 'data'), join(work, 'bucket'), join(work, 'seed.db')]
const answer = join(work, 'answer.json')
const goSample = join(work, 'original')
const rows: Row[] = []
try {
  const env = { ...process.env, CGO_ENABLED: '1' }
  await run('go', ['build', '-trimpath', '-o', goSample], { cwd: join(peers, 'original'), env })
  await benchBareNext()
  for (const million of numbers('MILLIONS', '0,1,10')) await benchVisits(million)
  show('Pages', rows)
} finally {
  await rm(work, { recursive: true, force: true })
}

async function benchBareNext(): Promise<void> {
  // Inside the project, where it finds Next.
  const cwd = join(root, '.cache', 'bench-next-bare')
  await cp(join(peers, 'next-bare'), cwd, { recursive: true })
  const next = [join(root, 'node_modules/next/dist/bin/next')]
  const env = { PROJECT: '../..', NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' as const }
  await run(process.execPath, [...next, 'build'], { cwd, env: { ...process.env, ...env } })
  const start = [process.execPath, ...next, 'start', '--hostname', '127.0.0.1']
  const program = await Program.start(start, { cwd, env })
  await measure({ server: 'bare Next', page: 'the time' }, program.url, html)
  await program.stop()
}

async function benchVisits(million: number): Promise<void> {
  await rm(seed, { force: true })
  fill(seed, million * 1_000_000)
  await benchApp(million)
  await benchNode(million)
  for (const journal of ['DELETE', 'WAL']) await benchGo(million, journal)
}

async function benchApp(million: number): Promise<void> {
  await empty()
  await run(required('LITESTREAM'), ['replicate', '-once', seed, `file://${bucket}`])
  const program = await startApp({ DATA_DIR: data, REPLICA_URL: `file://${bucket}` })
  // What it uploads at first is no part of a visit.
  await until(() => acknowledges(program, 'first'), { patienceMs: 300_000 })
  const server = 'this app'
  for (const [page, path, headers] of [
    ['/', '/', html],
    ['/ in plain text', '/', {}],
    ['/guestbook', '/guestbook', html],
    ['/api/entries', '/api/entries', {}],
  ] as const) {
    await measure({ server, page, million }, program.url + path, headers)
  }
  await keepAnswer(program.url)
  await program.stop()
}

/** What the bare server of Node answers as well. */
async function keepAnswer(url: string): Promise<void> {
  const { headers, ...response } = await fetch(url, { headers: html }).then(async (response) => ({
    page: await response.text(),
    headers: Object.fromEntries(response.headers),
  }))
  const ofConnection = [
    'content-length',
    'date',
    'connection',
    'keep-alive',
    'transfer-encoding',
    'content-encoding',
  ]
  for (const name of ofConnection) delete headers[name]
  await writeFile(answer, JSON.stringify({ ...response, headers }))
}

async function benchNode(million: number): Promise<void> {
  const path = await copyOfSeed()
  openDatabase(path).$client.close()
  const command = `${process.execPath} ${join(peers, 'node-http.mjs')}`
  const program = await startBesideLitestream(path, command, { DATABASE: path, ANSWER: answer })
  const server = 'node:http'
  await measure({ server, page: '/', million }, program.url, html)
  await measure({ server, page: '/ in plain text', million }, program.url, {})
  await program.stop()
}

async function benchGo(million: number, journal: string): Promise<void> {
  const path = await copyOfSeed()
  const DSN = `file:${path}?_journal_mode=${journal}&_busy_timeout=5000&_txlock=immediate`
  const program = await startBesideLitestream(path, goSample, { DSN })
  const server = `Go sample, ${journal}`
  await measure({ server, page: '/ in plain text', million }, program.url, {})
  await program.stop()
}

async function startBesideLitestream(path: string, command: string, env: Record<string, string>) {
  const litestream = [required('LITESTREAM'), 'replicate', '-exec', command]
  const program = await Program.start([...litestream, path, `file://${bucket}`], { env })
  const isCopied = async () => {
    const names = await readdir(bucket, { recursive: true }).catch(() => [])
    return names.some((name) => name.endsWith('.ltx'))
  }
  await until(isCopied, { patienceMs: 300_000, everyMs: 100 })
  return program
}

async function measure(
  { server, page, million = '-' }: { server: string; page: string; million?: number | string },
  url: string,
  headers: Record<string, string>,
): Promise<void> {
  await load(url, { ms: eachMs / 2, clients, headers })
  const { perSecond, p50, p99, failed } = await load(url, { ms: eachMs, clients, headers })
  const bare = Number(rows[0]?.['requests/s'] ?? perSecond)
  const rates = { 'requests/s': perSecond, 'x bare Next': perSecond / bare }
  const of = { server, page, 'million rows': million }
  rows.push({ ...of, ...rates, 'p50 ms': p50, 'p99 ms': p99, failed })
}

async function empty(): Promise<void> {
  for (const folder of [data, bucket]) await rm(folder, { recursive: true, force: true })
  await mkdir(data)
}

async function copyOfSeed(): Promise<string> {
  await empty()
  const copy = join(data, 'copy.db')
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

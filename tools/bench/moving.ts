/**
 * How long a million entries take from the bucket to PostgreSQL and back: copied, killed half-way and
 * run again, and switched. The bucket is a fake Cloud Storage, PostgreSQL a server of its own.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { Client } from 'pg'
import type { Database } from '../../db/database.ts'
import { Bucket } from '../../e2e/support/bucket.ts'
import { TestPostgres } from '../../packages/streamkeeper/src/test-tools/test-postgres.ts'
import { type Row, show } from './support/table.ts'

const entries = Number(process.env.ENTRIES ?? 1_000_000)

const folder = mkdtempSync(join(tmpdir(), 'visits-'))
await using server = await TestPostgres.start()
const bucket = await Bucket.start()
try {
  await bucket.seed(fill)
  const there = ['--from', bucket.replicaUrl, '--service', 'visits', '--to']
  const rows = [
    ...(await measure('to PostgreSQL', async (name) => {
      await query('postgres', `create database ${name}`)
      const count = () => query(name, 'select count(*) from entries')
      return { args: [...there, server.url(name)], count }
    })),
    ...(await measure('to the bucket', async (name) => {
      const work = join(folder, name)
      const args = ['--to', bucket.replicaUrl, '--replace', '--work', work]
      return { args: [...args, '--from', server.url('whole')], count: async () => countIn(work) }
    })),
  ]
  show('Moving', rows)
} finally {
  await bucket.stop()
  rmSync(folder, { recursive: true, force: true })
}

type Target = { args: string[]; count(): Promise<number> }

async function measure(
  direction: string,
  target: (name: string) => Promise<Target>,
): Promise<Row[]> {
  const half = await target('half')
  const killed = move(half.args)
  while ((await half.count().catch(() => 0)) < entries / 2) {
    if (killed.exitCode !== null) throw new Error(await text(killed.stderr))
    await sleep(20)
  }
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const resumed = await timed(half.args)
  const { args } = await target('whole')
  const rows = [
    ['run again after a kill', resumed],
    ['first copy', await timed(args)],
    ['nothing new', await timed(args)],
    ['--switch', await timed([...args, '--switch'])],
  ] as const
  return rows.map(([what, { s, brought, peakMB, stoppedS }]) => {
    const rate = { 'rows brought': brought, 'rows/s': brought > 0 ? brought / s : '-' }
    const costs = { 'peak MB': peakMB, 's without writes': stoppedS ?? '-' }
    return { direction, what, s, ...rate, ...costs }
  })
}

/** Runs a move, and ends it as Ctrl-C does when it waits for the new service. */
async function timed(args: string[]) {
  const startMs = performance.now()
  const child = move([...args, '--json'])
  const exited = once(child, 'exit')
  const said = { stoppedMs: Number.NaN, endMs: Number.NaN, words: '' }
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    said.words += words
    if (words.includes('Nobody can write')) said.stoppedMs = performance.now()
    if (!/Press Ctrl-C/.test(words)) return
    said.endMs = performance.now()
    child.kill('SIGINT')
  })
  const facts = JSON.parse((await text(child.stdout)) || '{}')
  await exited
  if (child.exitCode !== 0) throw new Error(`${said.words} ${JSON.stringify(facts)}`)
  const isSwitch = args.includes('--switch')
  return {
    s: ((isSwitch ? said.endMs : performance.now()) - startMs) / 1_000,
    brought: Number(facts.put),
    peakMB: Number(/(\d+) kB at most/.exec(said.words)?.[1]) / 1_000,
    stoppedS: isSwitch ? (said.endMs - said.stoppedMs) / 1_000 : null,
  }
}

function move(args: string[]): ChildProcessWithoutNullStreams {
  const measures = `process.on('exit', () =>
    console.error(process.resourceUsage().maxRSS + ' kB at most'))`
  const program = join(import.meta.dirname, '../../packages/streamkeeper/src/move/move.ts')
  return spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(measures)}`, program, ...args],
    { env: { ...process.env, ...bucket.environment, REPLICA_URL: bucket.replicaUrl } },
  )
}

function fill({ $client }: Database): void {
  $client.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${entries})
    insert into entries (name, message, created_at, idempotency_key)
      select 'Ada', 'A message of a hundred characters, as people write who liked to be here, number ' || i,
        '2026-01-01T00:00:00.000Z', lower(hex(randomblob(16))) from n`)
}

async function query(name: string, sql: string): Promise<number> {
  const client = new Client(server.url(name))
  await client.connect()
  try {
    const { rows } = await client.query(sql)
    return Number(rows[0]?.count)
  } finally {
    await client.end()
  }
}

async function countIn(work: string): Promise<number> {
  const [name = ''] = readdirSync(work).filter((file) => file.endsWith('.db'))
  const client = new Sqlite(join(work, name), { readonly: true })
  try {
    return client.prepare('select count(*) from entries').pluck().get() as number
  } finally {
    client.close()
  }
}

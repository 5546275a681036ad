import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import type { Store } from '../../stores/store.ts'

type Test = { after(clean: () => void | Promise<void>): void }

/** Times as the original program and those who imported into it wrote them. */
export const timestamps = ['2024-03-31 01:30:00', '2024-03-31T03:30:00.5+02:00', null]

/**
 * Writes visits to the database at `path` as the original program does, and has Litestream 0.3
 * replicate it until the end of the test.
 *
 * @param url with the scheme that Litestream 0.3 knows: `gcs://` or `file://`
 * @param store what is below the URL
 */
export async function runOriginal(
  test: Test,
  path: string,
  url: string,
  store: Pick<Store, 'list'>,
  env: Record<string, string> = {},
) {
  const client = new Sqlite(path)
  client.pragma('journal_mode = WAL')
  client.exec('create table if not exists page_views (id INTEGER PRIMARY KEY, timestamp TEXT)')
  const insert = client.prepare('insert into page_views (timestamp) values (?)')
  for (const timestamp of timestamps) insert.run(timestamp)
  const program = process.env.OLD_LITESTREAM
  assert.ok(program, 'OLD_LITESTREAM must be the path of Litestream 0.3; `npm test` sets it')
  const child = spawn(program, ['replicate', path, url], { env: { ...process.env, ...env } })
  child.stdout.resume()
  child.stderr.resume()
  const segments = async () =>
    (await store.list('generations/')).filter(({ name }) => name.endsWith('.wal.lz4')).length
  const snapshots = async () =>
    (await store.list('generations/')).filter(({ name }) => name.endsWith('.snapshot.lz4')).length
  const before = { segments: await segments(), snapshots: await snapshots() }
  const stop = async () => {
    if (client.open) client.close()
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  test.after(stop)
  await until(async () => (await snapshots()) > before.snapshots)
  await until(async () => (await segments()) > before.segments)
  return {
    /** Counts a visit, and returns once it is in the bucket. */
    visit: async (timestamp: string | null) => {
      const there = await segments()
      insert.run(timestamp)
      await until(async () => (await segments()) > there)
    },
    stop,
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    assert.ok(tries < 300, 'Litestream 0.3 has not replicated')
    await setTimeout(50)
  }
}

/** The timestamps in the database at `path`, oldest first. */
export function visitsIn(path: string): (string | null)[] {
  const client = new Sqlite(path, { readonly: true, fileMustExist: true })
  const rows = client.prepare('select timestamp from page_views order by id').pluck().all()
  client.close()
  return rows as (string | null)[]
}

import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { openDatabase } from '../sqlite/open.ts'
import { Litestream } from './litestream.ts'
import { restoreReplica } from './litestream-command.ts'

const run = promisify(execFile)

type Test = { after(clean: () => void | Promise<void>): void }

/** A folder that is gone after the test. */
export function temporaryFolder(test: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'visits-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Adds rows to a table of the database file, which is made if there is none. */
export function write(path: string, ...texts: string[]): void {
  const { $client } = openDatabase(path)
  $client.exec('create table if not exists notes (text text)')
  for (const text of texts) $client.prepare('insert into notes values (?)').run(text)
  $client.close()
}

/** The rows that {@link write} wrote. */
export function read(path: string): string[] {
  const client = new Sqlite(path, { readonly: true, fileMustExist: true })
  const rows = client.prepare('select text from notes order by rowid').pluck().all() as string[]
  client.close()
  return rows
}

/** Has the real Litestream replicate the database file once. */
export async function replicate(path: string, url: string, ...flags: string[]): Promise<void> {
  await run('litestream', ['replicate', '-once', ...flags, path, url])
}

/** The rows that {@link write} wrote, as they are in the bucket. */
export async function restored(folder: string, replicaUrl: string): Promise<string[]> {
  const path = join(folder, 'restored.db')
  rmSync(path, { force: true })
  const options = { signal: new AbortController().signal, stallMs: 10_000 }
  assert.ok(await restoreReplica(replicaUrl, path, options))
  return read(path)
}

/**
 * A real Litestream that runs until the end of the test.
 *
 * @param seconds after which it ends where the test doesn't end it
 * @param settings more lines of its configuration file
 */
export async function runLitestream(test: Test, seconds = 60, settings = '') {
  const folder = temporaryFolder(test)
  const socketPath = join(folder, 'litestream.sock')
  const config = join(folder, 'litestream.yml')
  writeFileSync(config, `socket: {enabled: true, path: ${socketPath}}\n${settings}`)
  const child = spawn('litestream', ['replicate', '-config', config, '-exec', `sleep ${seconds}`])
  child.stdout.resume()
  child.stderr.resume()
  await once(child, 'spawn')
  test.after(() => end(child))
  const litestream = new Litestream(socketPath)
  await listening(litestream, child)
  return { folder, litestream, end: () => end(child) }
}

async function listening(litestream: Litestream, child: ChildProcess): Promise<void> {
  try {
    await litestream.info(1_000)
  } catch (error) {
    if (child.exitCode !== null) throw error
    await setTimeout(10)
    await listening(litestream, child)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

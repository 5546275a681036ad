import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { openDatabase } from '../db/open.ts'

const run = promisify(execFile)

/** A folder that is gone after the test. */
export function temporaryFolder(test: { after(clean: () => void): void }): string {
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
export async function replicate(path: string, url: string): Promise<void> {
  await run('litestream', ['replicate', '-once', path, url])
}

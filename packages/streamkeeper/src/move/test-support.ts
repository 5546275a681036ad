import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import { type Answer, bucketScene, filledOnce, run, runHere } from '../operations/test-support.ts'
import { ask } from '../postgres/index.ts'
import { type Database, openPostgres } from '../postgres/open.ts'
import { app } from '../sqlite/test-support.ts'
import { noteCount, notes } from '../test-app/postgres-schema.ts'
import config from '../test-app/streamkeeper.config.ts'
import { encode } from './digest.ts'
import { command } from './move.ts'
import { movedApp } from './moving.ts'
import { PostgresSide } from './postgres-side.ts'
import type { Source } from './side.ts'
import { SqliteSide } from './sqlite-side.ts'

/** The app whose data is moved in these tests. */
export const moved = movedApp({ ...app, config })

/** The folder of its migrations for PostgreSQL. */
export const migrations = moved.postgresMigrations

/** Begins to run the command in a process of its own, to be killed. */
export function beginMove(args: string[]): ChildProcess {
  const file = join(import.meta.dirname, 'move.ts')
  const env = { ...process.env, ...nowhere }
  return spawn(process.execPath, [file, ...args], { cwd: app.folder, env })
}

/** Runs the command. */
export function runMove(args: string[], env: Record<string, string> = {}): Promise<Answer> {
  return runHere(command, args, { env: { ...nowhere, ...env } })
}

const nowhere = { REPLICA_URL: 'file:///nowhere' }

/** All rows of the app's tables, such that any two that differ differ here. */
export async function contentOf(side: Source): Promise<Record<string, string[]>> {
  const whole = { after: null, upTo: null }
  const content: Record<string, string[]> = {}
  for (const table of moved.tables) {
    content[table.name] = (await side.read(table, whole, 1e9)).map(encode)
  }
  return content
}

/** A folder as the bucket, and an empty database. */
export function moveScene(test: TestContext, databaseUrl: string, bucket = bucketScene(test)) {
  const work = join(bucket.folder, 'work')
  const args = {
    there: ['--from', bucket.url, '--to', databaseUrl],
    back: ['--from', databaseUrl, '--to', bucket.url, '--work', work],
  }
  const look = async () => {
    const to = join(bucket.folder, 'look.db')
    const { code, stderr } = await run('restore', ['--to', to, '--url', bucket.url, '--force'])
    assert.equal(code, 0, stderr)
    return to
  }
  return {
    ...bucket,
    work,
    databaseUrl,
    args,
    there: (...more: string[]) => runMove([...args.there, ...more]),
    back: (...more: string[]) => runMove([...args.back, ...more]),
    /** What a new instance would restore from the bucket. */
    inBucket: async () => inFile(await look()),
    /** Changes what is in the bucket, as an app would. */
    async change(sql: string): Promise<void> {
      const file = await look()
      const client = new Sqlite(file)
      client.exec(sql)
      client.close()
      const args = ['--from', file, '--url', bucket.url, '--replace']
      const { code, stderr } = await run('seed', args)
      assert.equal(code, 0, stderr)
    },
    inPostgres: () => withClient(databaseUrl, (client) => contentOf(new PostgresSide(client))),
    query: (sql: string) =>
      withClient(databaseUrl, async (client) => (await client.query(sql)).rows),
  }
}

export async function inFile(path: string): Promise<Record<string, string[]>> {
  const client = new Sqlite(path)
  try {
    return await contentOf(new SqliteSide(client))
  } finally {
    client.close()
  }
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

const filled = filledOnce(async ({ lead }) => {
  await lead({ one: noon, 'two, ünïcödé and "quotes"': noon }, noon)
})

/** A bucket with two notes, and an empty database. */
export async function filledScene(test: TestContext, postgres: { emptyUrl(): Promise<string> }) {
  return moveScene(test, await postgres.emptyUrl(), await filled(test))
}

export const noon = Date.UTC(2020, 0, 1, 12)

/** What the app does with its notes on PostgreSQL, which counts them by no triggers. */
export function notesOn(database: Database) {
  const total = sql`${noteCount.total} + 1`
  return {
    add: (text: string) =>
      ask(() =>
        database.transaction(async (tx) => {
          await tx.insert(notes).values({ text })
          const counted = tx.insert(noteCount).values({ id: 1, total: 1 })
          await counted.onConflictDoUpdate({ target: noteCount.id, set: { total } })
        }),
      ),
    list: () => ask(() => database.select().from(notes)),
  }
}

/** The same until the end of the test. */
export function appOnPostgres(test: TestContext, url: string) {
  const database = openPostgres(url, 'notes')
  test.after(() => database.$client.end())
  return notesOn(database)
}

/** Switches, looks around while nobody may write, and ends it as Ctrl-C does, or lets it end. */
export async function whileSwitched(
  args: string[],
  look: (words: string) => Promise<void>,
  end: 'by Ctrl-C' | 'by itself' = 'by Ctrl-C',
): Promise<Answer> {
  const { promise: switched, resolve } = Promise.withResolvers<string>()
  const ctrlC = new AbortController()
  const answer = runHere(command, [...args, '--switch'], {
    ...{ env: nowhere, signal: ctrlC.signal },
    onSaid: (words) => words.includes('Press Ctrl-C') && resolve(words),
  })
  try {
    const early = answer.then(({ code, stderr }) => assert.fail(`It ended with ${code}: ${stderr}`))
    await look(await Promise.race([switched, early]))
    if (end === 'by itself') await answer
  } finally {
    ctrlC.abort(new Error('Interrupted by SIGINT.'))
  }
  return answer
}

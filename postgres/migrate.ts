import { setTimeout } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import { Client } from 'pg'
import { NewerSchema, newestMigration, versionName } from '../db/migrate.ts'
import { Barred } from '../replication/lease/barred.ts'
import type { Database } from './open.ts'
import { sqlStateOf } from './sql-state.ts'

// Any number that nobody else in this database locks.
const lockNumber = 7_236_101

// What servers without such locks answer: feature_not_supported, undefined_function. CockroachDB's
// older versions only act as if they locked (https://github.com/cockroachdb/cockroach/issues/13546).
const noLocks = ['0A000', '42883']

// Where nobody was locked out, another instance may make the same things meanwhile: they exist
// already (a schema, a table, another object, a name), or the two conflict. All of them are made at
// once or none, so another look shows what is left to do.
const meetings = ['42P06', '42P07', '42710', '23505', '40001', '40P01']

/**
 * Brings the schema up to this release's, in one transaction; does nothing where it is there. Another
 * instance that wants to do so meanwhile waits.
 *
 * @param folder where drizzle-kit wrote the migrations
 * @throws {NewerSchema} before anything is changed
 */
export async function migrateDatabase(database: Database, folder: string): Promise<void> {
  const { query_timeout: _, onConnect: __, ...options } = database.$client.options
  // A connection of its own: a migration may take long, and its end gives the lock back for certain.
  const client = new Client(options)
  client.on('error', () => {})
  try {
    await client.connect()
    await lock(client)
    await meetingOthers(() => bringUp(drizzle({ client }), folder))
  } finally {
    await client.end()
  }
}

/**
 * Only looks, for who may not change the schema.
 *
 * @throws {Barred} if the database has not all migrations of this release
 * @throws {NewerSchema} if it has others
 */
export async function mustBeMigrated(database: Database, folder: string): Promise<void> {
  const known = newestMigration(folder)
  const applied = await appliedMigration(database)
  if (applied > known) throw new NewerSchema(versionName(applied), versionName(known))
  if (applied === known) return
  throw new Barred(
    'preview',
    'The database has not all migrations of this release, and a preview (PREVIEW=1) makes none, as all releases share it. Deploy the release, or preview it on a copy of the database.',
  )
}

async function bringUp(database: NodePgDatabase, folder: string): Promise<void> {
  const known = newestMigration(folder)
  const applied = await appliedMigration(database)
  if (applied > known) throw new NewerSchema(versionName(applied), versionName(known))
  if (applied < known) await migrate(database, { migrationsFolder: folder })
}

async function meetingOthers(migrate: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await migrate()
    } catch (error) {
      if (attempt === 10 || !meetings.includes(sqlStateOf(error) ?? '')) throw error
      await setTimeout(Math.random() * 500)
    }
  }
}

async function lock(client: Client): Promise<void> {
  try {
    await client.query('select pg_advisory_lock($1)', [lockNumber])
  } catch (error) {
    if (!noLocks.includes(sqlStateOf(error) ?? '')) throw error
  }
}

/** The newest migration that a database has; 0 where it has none. */
export async function appliedMigration(database: NodePgDatabase): Promise<number> {
  const table = sql`select 1 from information_schema.tables
    where table_schema = 'drizzle' and table_name = '__drizzle_migrations'`
  if ((await database.execute(table)).rows.length === 0) return 0
  const newest = sql`select max(created_at) as at from drizzle.__drizzle_migrations`
  const { rows } = await database.execute<{ at: string | null }>(newest)
  return Number(rows[0]?.at ?? 0)
}

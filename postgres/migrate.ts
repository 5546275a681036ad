import { setTimeout } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import { Client } from 'pg'
import { NewerSchema, newestMigration, versionName } from '../db/migrate.ts'
import type { Database } from './open.ts'
import { sqlStateOf } from './sql-state.ts'

// Any number that nobody else in this database locks.
const lockNumber = 7_236_101

// What a server without advisory locks answers: YugabyteDB's feature_not_supported, and others'
// undefined_function.
const noLocks = ['0A000', '42883']

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
    const hasLock = await lock(client)
    await (hasLock ? bringUp : bringUpUnlocked)(drizzle({ client }), folder)
  } finally {
    await client.end()
  }
}

async function bringUp(database: NodePgDatabase, folder: string): Promise<void> {
  const known = newestMigration(folder)
  const applied = await appliedMigration(database)
  if (applied > known) throw new NewerSchema(versionName(applied), versionName(known))
  if (applied < known) await migrate(database, { migrationsFolder: folder })
}

// Another instance may make the same tables meanwhile: all of them are made at once, or none.
async function bringUpUnlocked(database: NodePgDatabase, folder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await bringUp(database, folder)
    } catch (error) {
      if (error instanceof NewerSchema || attempt === 10) throw error
      await setTimeout(Math.random() * 500)
    }
  }
}

/** @returns whether this server has such locks */
async function lock(client: Client): Promise<boolean> {
  try {
    await client.query('select pg_advisory_lock($1)', [lockNumber])
    return true
  } catch (error) {
    if (!noLocks.includes(sqlStateOf(error) ?? '')) throw error
    return false
  }
}

async function appliedMigration(database: NodePgDatabase): Promise<number> {
  const table = sql`select 1 from information_schema.tables
    where table_schema = 'drizzle' and table_name = '__drizzle_migrations'`
  if ((await database.execute(table)).rows.length === 0) return 0
  const newest = sql`select max(created_at) as at from drizzle.__drizzle_migrations`
  const { rows } = await database.execute<{ at: string | null }>(newest)
  return Number(rows[0]?.at ?? 0)
}

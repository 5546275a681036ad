import { getTableName, type SQL, sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { Client } from 'pg'
import { Barred } from '../lease/barred.ts'
import { log } from '../server/log.ts'
import { unknownSchema } from '../sqlite/migrate.ts'
import { failedMigration } from '../sqlite/migration-problem.ts'
import {
  type Applied,
  type Migration,
  type Plan,
  planMigrations,
  readMigrations,
} from '../sqlite/migrations.ts'
import { columnsIn, isAsGood } from './columns.ts'
import { createEvents, events } from './events.ts'
import type { Database } from './open.ts'
import { PostgresProblem, plainError, sqlStateOf } from './problem.ts'
import { conflicts, isAny, type Patience, retryConflicts } from './retry-conflicts.ts'

// Any number that nobody else in this database locks.
const lockNumber = 7_236_101

// What servers without such locks answer: feature_not_supported, undefined_function. CockroachDB's
// older versions only act as if they locked (https://github.com/cockroachdb/cockroach/issues/13546).
export const noLocks = ['0A000', '42883']

// Where nobody was locked out, another instance may make the same things meanwhile: they exist
// already (a schema, a table, another object, a name), or the two conflict. All of them are made at
// once or none, so another look shows what is left to do.
const meetingOthers: Patience = {
  attempts: 10,
  states: ['42P06', '42P07', '42710', '23505', ...conflicts],
  pauseMs: () => Math.random() * 500,
}

/** For how long, in milliseconds, it waits for others, and what it may take from them. */
type Care = {
  /** For who uses a table. All who come after wait meanwhile, and for them a statement may take 5 s. */
  lockMs: number
  /** For another instance that migrates. */
  turnMs: number
  /** Up to which migration something may be taken from the release before; null for none, and all unless given. */
  allowedMigration?: string | null
}
const care: Care = { lockMs: 3_000, turnMs: 10_000 }

/**
 * Brings the schema up to this release's, in one transaction; does nothing where it is there. Another
 * instance that wants to do so meanwhile waits.
 *
 * @param folder where drizzle-kit wrote the migrations
 * @throws {NewerSchema} before anything is changed
 * @throws {PostgresProblem} if another instance migrates for long, or a table is locked
 * @throws {Barred} if a migration takes something from the release before, and may not
 * @throws {MigrationProblem} if a migration can't be applied: nothing is changed then, either
 */
export async function migrateDatabase(
  database: Database,
  folder: string,
  given: Partial<Care> = {},
): Promise<void> {
  const { lockMs, turnMs, allowedMigration } = { ...care, ...given }
  if (isDone(await planFor(database, folder))) return
  const { query_timeout: _, onConnect: __, ...options } = database.$client.options
  // A connection of its own: a migration may take long.
  const client = new Client(options)
  client.on('error', () => {})
  const inTurn = (takeTurn: (tx: Transaction) => Promise<void>) => {
    const once = () =>
      drizzle({ client }).transaction(async (tx) => {
        // Of the transaction alone, as its connection may be a pooler's.
        await setLocally(tx, 'statement_timeout', 0)
        await takeTurn(tx)
        await setLocally(tx, 'lock_timeout', lockMs)
        await bringUp(tx, folder, allowedMigration)
      })
    return retryConflicts(once, meetingOthers)
  }
  try {
    await client.connect()
    await inTurn((tx) => waitForOthers(tx, turnMs)).catch((error) => {
      if (!isAny(noLocks, error)) throw error
      return inTurn(async () => {})
    })
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
  if (isDone(await planFor(database, folder))) return
  throw new Barred(
    'preview',
    'The database has not all migrations of this release, and a preview (PREVIEW=1) makes none, as all releases share it. Deploy the release, or preview it on a copy of the database.',
  )
}

async function bringUp(
  transaction: Transaction,
  folder: string,
  allowedMigration: string | null | undefined,
): Promise<void> {
  const plan = await planFor(transaction, folder)
  const { pending, edited } = plan
  for (const { name } of edited) {
    log('WARNING', `${name} was edited after it had been applied, and was not applied again.`)
  }
  if (isDone(plan)) return
  await transaction.execute(createEvents)
  await transaction.execute('create schema if not exists drizzle')
  await transaction.execute(`create table if not exists drizzle.__drizzle_migrations
    (id serial primary key, hash text not null, created_at bigint)`)
  const allowed = pending.findIndex(({ name }) => name === `${allowedMigration}.sql`)
  const isServed = plan.count > 0
  for (const [index, migration] of pending.entries()) {
    const mayBreak = allowedMigration === undefined || !isServed || index <= allowed
    if (mayBreak) await run(transaction, migration)
    else await runWithoutLoss(transaction, migration)
  }
}

// Another release may serve at this moment, and use what is there.
async function runWithoutLoss(transaction: Transaction, migration: Migration): Promise<void> {
  const before = await columnsIn(transaction)
  await run(transaction, migration)
  const after = new Map((await columnsIn(transaction)).map((column) => [column.name, column]))
  const lost = before.flatMap(({ name, type, isUnique }) => {
    const left = after.get(name)
    if (!left) return [name]
    if (!isAsGood(left.type, type)) return [`the type of ${name}`]
    return isUnique && !left.isUnique ? [`the uniqueness of ${name}`] : []
  })
  if (lost.length === 0) return
  const name = migration.name.replace(/\.sql$/, '')
  throw new Barred(
    'breaking-migration',
    `The migration ${name} takes ${lost.join(', ')} away from the release before, which may still serve. Nothing was changed. Keep that in this release; or, when no release that serves uses it, set ALLOW_BREAKING_MIGRATION=${name}.`,
  )
}

async function waitForOthers(transaction: Transaction, turnMs: number): Promise<void> {
  await setLocally(transaction, 'lock_timeout', turnMs)
  try {
    await transaction.execute(sql`select pg_advisory_xact_lock(${lockNumber})`)
  } catch (error) {
    if (sqlStateOf(error) !== '55P03') throw error
    const reason = new Error(`it has taken more than ${turnMs / 1_000} s`, { cause: error })
    throw new PostgresProblem('database-migrating', reason)
  }
}

function setLocally(transaction: Transaction, setting: string, ms: number) {
  return transaction.execute(sql`select set_config(${setting}, ${String(ms)}, true)`)
}

type Transaction = Pick<NodePgDatabase, 'execute'>

type Planned = Plan & { hasEvents: boolean; count: number }

async function planFor(database: Transaction, folder: string): Promise<Planned> {
  const known = readMigrations(folder)
  const applied = await appliedMigrations(database)
  const plan = planMigrations(known, applied)
  if (plan.unknown.length > 0) throw unknownSchema(plan.unknown, known)
  const hasEvents = await hasTable(database, sql`current_schema()`, getTableName(events))
  return { ...plan, hasEvents, count: applied.length }
}

function isDone({ pending, hasEvents }: Pick<Planned, 'pending' | 'hasEvents'>): boolean {
  return pending.length === 0 && hasEvents
}

async function run(
  transaction: Transaction,
  { name, at, hash, statements }: Migration,
): Promise<void> {
  for (const statement of statements) {
    try {
      await transaction.execute(sql.raw(statement))
    } catch (error) {
      const reason = plainError(error)
      if (reason instanceof PostgresProblem) throw reason
      const words = statement.replaceAll(/\s+/g, ' ').trim().slice(0, 300)
      throw failedMigration(`${name} can't be applied, at the statement "${words}"`, reason)
    }
  }
  // As Drizzle's own migrator notes it, which earlier releases read.
  await transaction.execute(
    sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${at})`,
  )
}

/** The newest migration that a database has; 0 where it has none. */
export async function appliedMigration(database: Transaction): Promise<number> {
  return Math.max(0, ...(await appliedMigrations(database)).map(({ at }) => at))
}

/** What a database remembers of its migrations. */
export async function appliedMigrations(database: Transaction): Promise<Applied[]> {
  if (!(await hasTable(database, 'drizzle', '__drizzle_migrations'))) return []
  const all = sql`select hash, created_at as at from drizzle.__drizzle_migrations`
  const { rows } = await database.execute<{ hash: string; at: string | null }>(all)
  return rows.map(({ hash, at }) => ({ hash, at: Number(at) }))
}

/**
 * Where a move of data to the database has begun and not ended, some of it is missing, and what people
 * wrote would be in the way of the rest.
 *
 * @throws {PostgresProblem} then
 */
export async function refuseHalfMoved(database: Database): Promise<void> {
  if (!(await hasTable(database, 'drizzle', 'moves'))) return
  const newest = sql`select started, finished from drizzle.moves order by id desc limit 1`
  const { rows } = await database.execute<{ started: string; finished: string | null }>(newest)
  if (rows[0]?.finished !== null) return
  throw new PostgresProblem('database-half-moved', new Error(`it began at ${rows[0].started}`))
}

async function hasTable(
  database: Transaction,
  schema: string | SQL,
  name: string,
): Promise<boolean> {
  const found = await database.execute(sql`select 1 from information_schema.tables
    where table_schema = ${schema} and table_name = ${name}`)
  return found.rows.length > 0
}

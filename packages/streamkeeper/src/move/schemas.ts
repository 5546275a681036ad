import { drizzle } from 'drizzle-orm/node-postgres'
import { appliedMigration, migrateDatabase } from '../postgres/migrate.ts'
import { openPostgres } from '../postgres/open.ts'
import { newestMigration, versionName } from '../sqlite/migrate.ts'
import type { MovedApp } from './moving.ts'
import type { Session } from './session.ts'

/**
 * Makes the tables in a database that has none.
 *
 * @param url of the session's database
 * @throws {Error} if it has tables of another release
 */
export async function makeTables(url: string, session: Session, app: MovedApp): Promise<void> {
  const schema = await schemaOf(session, app.postgresMigrations)
  if (schema === 'same') return
  // An app of that release may use it.
  if (schema === 'older') {
    throw new Error(
      `${session.name} has the tables of an older release. Start this release on it first, as that migrates it, or move to an empty database.`,
    )
  }
  const database = openPostgres(url, app.config.name)
  try {
    await migrateDatabase(database, app.postgresMigrations)
  } finally {
    await database.$client.end()
  }
}

/** @throws {Error} if the tables are not this release's */
export async function mustBeThisRelease(session: Session, migrations: string): Promise<void> {
  const schema = await schemaOf(session, migrations)
  if (schema === 'same') return
  const words =
    schema === 'none' ? 'has no tables of this app' : 'has the tables of an older release'
  throw new Error(
    `${session.name} ${words}. Start this release on it first, as that migrates it, or move with the release that runs.`,
  )
}

async function schemaOf(
  { client, name }: Session,
  migrations: string,
): Promise<'none' | 'older' | 'same'> {
  const known = newestMigration(migrations)
  const applied = await appliedMigration(drizzle({ client }))
  if (applied > known) {
    throw new Error(
      `${name} is at migration ${versionName(applied)}, and this release knows none after ${versionName(known)}. Move with that release, or a newer one.`,
    )
  }
  if (applied === known) return 'same'
  return applied === 0 ? 'none' : 'older'
}

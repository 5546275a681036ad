import { type Breaking, breakingSince } from '../sqlite/breaking-migrations.ts'
import { readMigrations } from '../sqlite/migrations.ts'
import type { Environment } from './environment.ts'
import type { LocalDatabase } from './local-database.ts'
import type { Release } from './may-lead.ts'

/**
 * What this instance's release is beside others.
 *
 * @param migrations the folder of its migrations
 */
export function releaseOf(
  { instance, previews, allowedMigration }: Environment,
  migrations: string | null,
  database: Pick<LocalDatabase, 'schema'>,
): Release {
  const all = readMigrations(migrations)
  const allowed = all.find(({ name }) => name === `${allowedMigration}.sql`)?.at ?? 0
  const known = new Map<number, Breaking | null>()
  return {
    name: instance.revision,
    migration: Math.max(0, ...all.map(({ at }) => at)),
    isPreview: previews === 'all',
    hasNewerFile: () => database.schema === 'newer',
    breaking: (migration) => {
      const from = Math.max(migration, allowed)
      if (!known.has(from)) known.set(from, breakingSince(migrations, from))
      return known.get(from) ?? null
    },
  }
}

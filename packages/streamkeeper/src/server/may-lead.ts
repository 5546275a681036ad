import { Barred } from '../lease/barred.ts'
import type { Seen } from '../lease/lease.ts'
import type { Breaking } from '../sqlite/breaking-migrations.ts'
import { versionName } from '../sqlite/migrate.ts'

/** What decides on this instance's side. */
export type Release = {
  /** As the lease and the log name it. */
  name: string
  migration: number
  isPreview: boolean
  /** Whether a newer release has migrated the file on this disk. */
  hasNewerFile(): boolean
  /** What this release takes away from one that is at `migration`, unless it was told that it may. */
  breaking(migration: number): Breaking | null
}

/**
 * Why a release may not lead: an older one would not understand the data, one that takes something
 * away would break the one that still serves. Null where it may.
 */
export function barOf(own: Release, seen: Seen): Barred | null {
  if (own.isPreview) return preview
  const newest = newestSchema(seen)
  if (!newest) return own.hasNewerFile() ? olderRelease(own, null) : null
  if (newest.migration > own.migration) return olderRelease(own, newest)
  if (newest.release === own.name || commands.includes(newest.release)) return null
  // It is newer by a migration of a branch that was merged late, which has an older number.
  if (newest.migration === own.migration && own.hasNewerFile()) return olderRelease(own, newest)
  const breaking = own.breaking(newest.migration)
  return breaking && breakingMigration(breaking, newest.release)
}

// They bring data in, and serve nobody who could miss anything.
const commands = ['seed', 'move']

export const preview = new Barred(
  'preview',
  'This is a preview: it shows a copy of the data, and changes nothing. Write at the address of the service itself.',
)

type Schema = { migration: number; release: string }

// Who leads may have migrated already what it has not published yet.
function newestSchema({ lease: { schema, holder }, isHeldByOther }: Seen): Schema | null {
  if (!isHeldByOther || holder?.migration === undefined) return schema ?? null
  if (schema && schema.migration >= holder.migration) return schema
  return { migration: holder.migration, release: holder.revision }
}

function olderRelease(own: Release, newest: Schema | null): Barred {
  const theirs = newest ? `${newest.release} (${versionName(newest.migration)})` : 'a newer release'
  return new Barred(
    'older-release',
    `The data was migrated by ${theirs}, and this is the older release ${own.name} (${versionName(own.migration)}). Pages can be read here. To write, deploy ${newest?.release ?? 'that release'} or a newer one.`,
  )
}

function breakingMigration({ migration, statement, lost }: Breaking, other: string): Barred {
  const them = lost.length > 1 ? 'them' : 'it'
  return new Barred(
    'breaking-migration',
    `The migration ${migration} takes ${lost.join(', ')} away from ${other}, which may still serve (${inOneLine(statement)}). Either keep ${them} in this release; or, when no release that serves reads ${them}, allow it with npx streamkeeper deploy --allow-breaking-migration, which sets ALLOW_BREAKING_MIGRATION=${migration}.`,
  )
}

function inOneLine(statement: string): string {
  const line = statement.replace(/\s+/g, ' ').replace(/;$/, '')
  return line.length > 200 ? `${line.slice(0, 200)} …` : line
}

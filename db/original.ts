import type { Connection } from 'streamkeeper/config'
import { dayOf } from './triggers.ts'

/**
 * Takes over the visits of the original sample, whose times may have an offset, or be missing.
 *
 * @throws {Error} if page_views, the one table that a database may bring, is not as the original made it
 */
export function takeOver(connection: Connection, { isNew }: { isNew: boolean }): void {
  const select = connection.prepare(`SELECT name FROM pragma_table_info('page_views')`).pluck()
  const columns = select.all() as string[]
  if (columns.length === 0) return
  const missing = ['id', 'timestamp'].filter((name) => !columns.includes(name))
  if (isNew && missing.length > 0) {
    throw new Error(
      `The database has a table page_views without ${missing.join(' and ')}, so it is not the original sample's. Nothing was changed. Rename it, as in: ALTER TABLE "page_views" RENAME TO "my_page_views". Then start, or bring the database in, again.`,
    )
  }
  // An earlier release can have taken them over as they were.
  connection.exec(`UPDATE page_views SET timestamp = CASE
    WHEN ${dayOf('timestamp')} = '' THEN coalesce(CAST(timestamp AS TEXT), '')
    ELSE strftime('%Y-%m-%dT%H:%M:%fZ', timestamp) END
    WHERE typeof(timestamp) <> 'text' OR (substr(timestamp, -1) <> 'Z' AND timestamp GLOB '[0-9]*')`)
}

/** @throws {Error} if a database has no visits: it is neither this app's nor the original sample's */
export function mustHaveVisits(connection: Connection): void {
  const found = connection.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'page_views'`).get()
  if (found === undefined) throw new Error('it has no table page_views.')
}

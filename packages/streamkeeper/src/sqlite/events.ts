import type Sqlite from 'better-sqlite3'
import type { Database } from './open.ts'

/** The one table of the machine's in an app's database: what happened to the instances that led. */
export const eventsTable = '_streamkeeper_events'

/** A page of the timeline, many times over. */
export const keptEvents = 500

export type Event = {
  /** RFC 3339, UTC. */
  at: string
  kind: string
  instance: string
  detail: string
}

export function createEvents(client: Sqlite.Database): void {
  client.exec(`CREATE TABLE IF NOT EXISTS ${eventsTable} (
    id integer PRIMARY KEY, at text NOT NULL, kind text NOT NULL, instance text NOT NULL, detail text NOT NULL)`)
}

/** Writes what happened, and forgets what happened long before. */
export function recordEvents({ $client }: Database, happened: Event[]): void {
  const insert = $client.prepare(
    `INSERT INTO ${eventsTable} (at, kind, instance, detail) VALUES (@at, @kind, @instance, @detail)`,
  )
  const forget = $client.prepare(`DELETE FROM ${eventsTable} WHERE id <= ?`)
  $client.transaction(() => {
    const last = happened.map((event) => Number(insert.run(event).lastInsertRowid)).at(-1)
    if (last !== undefined) forget.run(last - keptEvents)
  })()
}

/** The last `limit` events, newest first; none where a release before has made the database. */
export function listEvents({ $client }: Database, limit: number): Event[] {
  const isThere = $client.prepare('SELECT 1 FROM sqlite_master WHERE name = ?')
  if (!isThere.get(eventsTable)) return []
  return $client
    .prepare(`SELECT at, kind, instance, detail FROM ${eventsTable} ORDER BY id DESC LIMIT ?`)
    .all(limit) as Event[]
}

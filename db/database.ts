import type { Database as Connection } from 'better-sqlite3'
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'

/** SQLite, by Drizzle; its connection is `$client`. */
export type Database = BetterSQLite3Database & { $client: Connection }

import { drizzle } from 'drizzle-orm/node-postgres'
import { ask, type How, postgres } from 'streamkeeper/postgres'
import type { Data } from '../data.ts'
import {
  addEntry,
  deleteEntry,
  deleteHidden,
  entriesVersion,
  findEntry,
  hideEntry,
  listAllEntries,
  listEntries,
} from './entries.ts'
import { countVisits, type Database, recordVisits, visitsByDay } from './visits.ts'

/**
 * All that the app does with its data, on PostgreSQL.
 *
 * @param database the server's own unless given
 */
export function dataIn(database: Database = drizzle({ client: postgres() })): Data {
  const asking =
    (how: How) =>
    <Rest extends unknown[], Result>(
      call: (database: Database, ...rest: Rest) => Promise<Result>,
    ): ((...rest: Rest) => Promise<Result>) =>
    (...rest) =>
      ask(() => call(database, ...rest), how)
  // A visit has no key.
  const once = asking('once')
  const repeatable = asking('repeatable')
  const read = asking('read')
  return {
    recordVisits: once(recordVisits),
    countVisits: read(countVisits),
    visitsByDay: read(visitsByDay),
    addEntry: repeatable(addEntry),
    findEntry: read(findEntry),
    listEntries: read(listEntries),
    listAllEntries: read(listAllEntries),
    hideEntry: repeatable(hideEntry),
    deleteEntry: repeatable(deleteEntry),
    deleteHidden: repeatable(deleteHidden),
    entriesVersion: read(entriesVersion),
  }
}

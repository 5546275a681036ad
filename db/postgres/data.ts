import { drizzle } from 'drizzle-orm/node-postgres'
import { ask, postgres } from 'streamkeeper/postgres'
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
  const bind =
    <Rest extends unknown[], Result>(
      call: (database: Database, ...rest: Rest) => Promise<Result>,
    ): ((...rest: Rest) => Promise<Result>) =>
    (...rest) =>
      ask(() => call(database, ...rest))
  return {
    recordVisits: bind(recordVisits),
    countVisits: bind(countVisits),
    visitsByDay: bind(visitsByDay),
    addEntry: bind(addEntry),
    findEntry: bind(findEntry),
    listEntries: bind(listEntries),
    listAllEntries: bind(listAllEntries),
    hideEntry: bind(hideEntry),
    deleteEntry: bind(deleteEntry),
    deleteHidden: bind(deleteHidden),
    entriesVersion: bind(entriesVersion),
  }
}

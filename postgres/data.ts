import type { Data } from '../db/data.ts'
import {
  addEntry,
  deleteEntry,
  entriesVersion,
  hideEntry,
  listAllEntries,
  listEntries,
} from './entries.ts'
import { listEvents, recordEvents } from './events.ts'
import type { Database } from './open.ts'
import { retryConflicts } from './retry-conflicts.ts'
import { countVisits, recordVisit, visitsByDay } from './visits.ts'

/** All that the app does with its data, on PostgreSQL. */
export function dataIn(database: Database): Data {
  const bind =
    <Rest extends unknown[], Result>(
      call: (database: Database, ...rest: Rest) => Promise<Result>,
    ): ((...rest: Rest) => Promise<Result>) =>
    (...rest) =>
      retryConflicts(() => call(database, ...rest))
  return {
    recordVisit: bind(recordVisit),
    countVisits: bind(countVisits),
    visitsByDay: bind(visitsByDay),
    addEntry: bind(addEntry),
    listEntries: bind(listEntries),
    listAllEntries: bind(listAllEntries),
    hideEntry: bind(hideEntry),
    deleteEntry: bind(deleteEntry),
    entriesVersion: bind(entriesVersion),
    recordEvents: bind(recordEvents),
    listEvents: bind(listEvents),
  }
}

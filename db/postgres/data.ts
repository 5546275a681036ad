import { listEvents, recordEvents } from '../../packages/streamkeeper/src/postgres/events.ts'
import type { Database } from '../../packages/streamkeeper/src/postgres/open.ts'
import { PostgresProblem, plainError } from '../../packages/streamkeeper/src/postgres/problem.ts'
import { retryConflicts } from '../../packages/streamkeeper/src/postgres/retry-conflicts.ts'
import type { Event } from '../../packages/streamkeeper/src/sqlite/events.ts'
import type { Data } from '../data.ts'
import {
  addEntry,
  deleteEntry,
  entriesVersion,
  findEntry,
  hideEntry,
  listAllEntries,
  listEntries,
} from './entries.ts'
import { countVisits, recordVisit, visitsByDay } from './visits.ts'

/**
 * All that the app does with its data, on PostgreSQL. Each function throws a
 * {@link PostgresProblem} where the server is the problem.
 *
 * @param onProblem told of that besides
 */
export function dataIn(
  database: Database,
  onProblem = (_: PostgresProblem) => {},
): Data & {
  recordEvents(happened: Event[]): Promise<void>
  listEvents(limit: number): Promise<Event[]>
} {
  const bind =
    <Rest extends unknown[], Result>(
      call: (database: Database, ...rest: Rest) => Promise<Result>,
    ): ((...rest: Rest) => Promise<Result>) =>
    async (...rest) => {
      try {
        return await retryConflicts(() => call(database, ...rest))
      } catch (error) {
        const plain = plainError(error)
        if (plain instanceof PostgresProblem) onProblem(plain)
        throw plain
      }
    }
  return {
    recordVisit: bind(recordVisit),
    countVisits: bind(countVisits),
    visitsByDay: bind(visitsByDay),
    addEntry: bind(addEntry),
    findEntry: bind(findEntry),
    listEntries: bind(listEntries),
    listAllEntries: bind(listAllEntries),
    hideEntry: bind(hideEntry),
    deleteEntry: bind(deleteEntry),
    entriesVersion: bind(entriesVersion),
    recordEvents: bind(recordEvents),
    listEvents: bind(listEvents),
  }
}

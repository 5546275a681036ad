import type { Database } from './database.ts'
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
import { countVisits, recordVisits, visitsByDay } from './visits.ts'

const functions = {
  ...{ recordVisits, countVisits, visitsByDay },
  ...{ addEntry, findEntry, listEntries, listAllEntries, hideEntry, deleteEntry, deleteHidden },
  ...{ entriesVersion },
}

type Functions = typeof functions

/** All that the app does with its data: the functions of this folder, each without its database. */
export type Data = {
  [Name in keyof Functions]: Functions[Name] extends (
    database: Database,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => Result
    : never
}

/** @param use calls a function with the database as it is then, or will be */
export function dataIn(
  use: <Result>(call: (database: Database) => Result) => Result | Promise<Awaited<Result>>,
): Data {
  const bound = Object.entries(functions).map(([name, call]) => [
    name,
    async (...rest: unknown[]) => use((database) => Reflect.apply(call, null, [database, ...rest])),
  ])
  return Object.fromEntries(bound)
}

import { once } from 'node:events'
import * as postgresSchema from '../../../../db/postgres/schema.ts'
import * as sqliteSchema from '../../../../db/schema.ts'
import type { Context } from '../operations/command.ts'
import type { Walk } from './compare.ts'
import { Pace } from './pace.ts'
import { type Table, tablesOf } from './table.ts'

/** What both directions are told. */
export type Wanted = {
  /** The URL of the PostgreSQL database, with its password. */
  database: string
  replace: boolean
  /** Whether to stop who writes in the end, and let the target take over. */
  switches: boolean
  /** Whether nobody writes to PostgreSQL anyway, so that nobody needs to be stopped. */
  stopped: boolean
  /** Tables of the source that stay behind. */
  without: string[]
  /** Whose bucket it is; null to find out. */
  service: string | null
  /** How long to wait until a running app hands over. */
  patienceMs: number
}

/** The tables of this release. */
export const allTables = (): Table[] => tablesOf(sqliteSchema, postgresSchema)

/** What a walk over all rows tells people, and is ended by. */
export type Reporting = Pick<Context, 'progress' | 'signal'>

/** Does what reads all rows, with progress. */
export function walkWithProgress<T>(
  { progress, signal }: Reporting,
  work: (walk: Walk) => Promise<T>,
): Promise<T> {
  const pace = new Pace()
  // Few enough to be in memory on both sides, and enough to be worth a transaction.
  return progress.during(() => pace.words, work({ blockRows: 10_000, signal, pace }))
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

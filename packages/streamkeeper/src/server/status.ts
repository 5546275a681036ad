import { statSync } from 'node:fs'
import type { Lease } from '../lease/lease.ts'
import type { LeaseObject } from '../lease/lease-object.ts'
import { setAsideFiles } from '../litestream/database-files.ts'
import { withTimeout } from '../with-timeout.ts'
import type { Events } from './events.ts'
import type { Leadership } from './leadership.ts'
import { type Lifecycle, type Problem, problemOf } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'

/** What operators want to know of this instance. Bytes, and milliseconds where the name says so. */
export type Status = Awaited<ReturnType<typeof statusOf>>

type Parts = {
  leadership: Pick<Leadership, 'replication' | 'beginning'>
  lifecycle: Lifecycle
  lease: Lease
  database: LocalDatabase
  events: Events
}

/** @param eventLimit how many of the last events are wanted */
export async function statusOf(parts: Parts, eventLimit: number) {
  const { leadership, lifecycle, lease, database, events } = parts
  const { state } = lifecycle
  return {
    state: lifecycle.draining ? 'draining' : (state.name as string),
    epoch: 'epoch' in state ? state.epoch : null,
    problem: lifecycle.problem,
    instance: lease.me,
    lease: await leaseOf(lease),
    replication: await replicating(leadership),
    /** How old the copy is that is read while this instance doesn't lead, at most. */
    copyAgeMs: state.name === 'leading' ? 0 : Math.round(database.ageMs),
    restoreMs: Math.round(database.tookMs),
    upMs: Math.round(performance.now()),
    databaseBytes: sizeOf(database.path),
    walBytes: sizeOf(`${database.path}-wal`),
    /** Files that had to make way, and may hold what no replica has. */
    setAside: setAsideFiles(database.path),
    events: events.recent(database.current, eventLimit),
  }
}

type LeaseFacts = Pick<LeaseObject, 'holder' | 'epoch' | 'restorable' | 'wantedBy'>

/** As the bucket says it; a problem where it does not answer. */
async function leaseOf(lease: Lease): Promise<LeaseFacts | Problem> {
  try {
    const late = () => new Error('The bucket does not answer.')
    return (await withTimeout(2_000, lease.read(), late)).lease
  } catch (error) {
    return problemOf(error)
  }
}

/** null unless this instance leads. */
async function replicating({ replication, beginning }: Parts['leadership']) {
  if (!replication) return null
  const { health, waiting, lastDurableAt, firstUploadBytes } = replication
  const known = {
    /** How the epoch began, and how much was uploaded first; null until that is in the bucket. */
    ...{ beginning, firstUploadBytes },
    ...{ waiting, lastDurableAt },
  }
  const problem = health.status === 'degraded' ? problemOf(health.problem) : null
  try {
    return { ...(await replication.lag(1_000)), ...known, problem }
  } catch (error) {
    const unknown = { txid: null, replicatedTxid: null, lagMs: null }
    return { ...unknown, ...known, problem: problem ?? problemOf(error) }
  }
}

/** In bytes; 0 where there is no such file. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

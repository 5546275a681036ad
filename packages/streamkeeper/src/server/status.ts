import { statSync } from 'node:fs'
import type { Lease } from '../lease/lease.ts'
import type { LeaseObject, Me } from '../lease/lease-object.ts'
import { setAsideFiles } from '../litestream/database-files.ts'
import type { Event } from '../sqlite/events.ts'
import { withTimeout } from '../with-timeout.ts'
import type { Beginning } from './begin-epoch.ts'
import type { Events } from './events.ts'
import type { Leadership } from './leadership.ts'
import { type Lifecycle, type Problem, problemOf } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'

/** What operators want to know of this instance. Bytes, and milliseconds where the name says so. */
export type Status = {
  state: string
  epoch: number | null
  problem: Problem | null
  instance: Me
  /** As the bucket says it; a problem where it does not answer. */
  lease: Pick<LeaseObject, 'holder' | 'epoch' | 'restorable' | 'wantedBy'> | Problem
  /** null unless this instance leads. */
  replication: Replicating | null
  /** How old the copy is that is read while this instance doesn't lead, at most. */
  copyAgeMs: number
  restoreMs: number
  upMs: number
  databaseBytes: number
  walBytes: number
  /** Files that had to make way, and may hold what no replica has. */
  setAside: { path: string; bytes: number }[]
  events: Event[]
}

type Replicating = {
  /** How the epoch began, and how much was uploaded first; null until that is in the bucket. */
  beginning: Beginning | null
  firstUploadBytes: number | null
  txid: number | null
  replicatedTxid: number | null
  lagMs: number | null
  waiting: number
  lastDurableAt: Date | null
  problem: Problem | null
}

type Parts = {
  leadership: Pick<Leadership, 'replication' | 'beginning'>
  lifecycle: Lifecycle
  lease: Lease
  database: LocalDatabase
  events: Events
}

/** @param eventLimit how many of the last events are wanted */
export async function statusOf(parts: Parts, eventLimit: number): Promise<Status> {
  const { leadership, lifecycle, lease, database, events } = parts
  const { state } = lifecycle
  return {
    state: lifecycle.draining ? 'draining' : state.name,
    epoch: 'epoch' in state ? state.epoch : null,
    problem: lifecycle.problem,
    instance: lease.me,
    lease: await leaseOf(lease),
    replication: await replicating(leadership),
    copyAgeMs: state.name === 'leading' ? 0 : Math.round(database.ageMs),
    restoreMs: Math.round(database.tookMs),
    upMs: Math.round(performance.now()),
    databaseBytes: sizeOf(database.path),
    walBytes: sizeOf(`${database.path}-wal`),
    setAside: setAsideFiles(database.path),
    events: events.recent(database.current, eventLimit),
  }
}

async function leaseOf(lease: Lease): Promise<Status['lease']> {
  try {
    const late = () => new Error('The bucket does not answer.')
    const view = await withTimeout(2_000, lease.read(), late)
    const { holder, epoch, restorable, wantedBy } = view.lease
    return { holder, epoch, restorable, wantedBy }
  } catch (error) {
    return problemOf(error)
  }
}

async function replicating({
  replication,
  beginning,
}: Parts['leadership']): Promise<Replicating | null> {
  if (!replication) return null
  const { health, waiting, lastDurableAt, firstUploadBytes } = replication
  const known = { beginning, firstUploadBytes, waiting, lastDurableAt }
  const problem = health.status === 'degraded' ? problemOf(health.problem) : null
  try {
    return { ...(await replication.lag(1_000)), ...known, problem }
  } catch (error) {
    const unknown = { txid: null, replicatedTxid: null, lagMs: null }
    return { ...unknown, ...known, problem: problem ?? problemOf(error) }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

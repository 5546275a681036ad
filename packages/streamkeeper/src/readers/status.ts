import type { Me } from '../lease/lease-object.ts'
import { factsOf } from '../server/facts.ts'
import { type Lifecycle, type Problem, problemOf } from '../server/lifecycle.ts'
import type { Replicated } from '../server/live-facts.ts'
import { log } from '../server/log.ts'
import type { Runtime } from '../server/runtime.ts'
import { type Status, sizeOf } from '../server/status.ts'
import { listEvents } from '../sqlite/events.ts'
import type { Store } from '../stores/store.ts'
import { withTimeout } from '../with-timeout.ts'
import { readLease } from './bucket.ts'
import type { Change, Follower } from './follower.ts'
import { shownProblem } from './problem.ts'

type Parts = {
  lifecycle: Lifecycle
  follower: Follower
  store: Pick<Store, 'read'>
  base: string
  instance: Me
}

/** What this reader is doing, as metrics count it. */
export async function statusOf(parts: Parts): Promise<Status> {
  const { lifecycle, follower, store, base, instance } = parts
  const { state, draining } = lifecycle
  return {
    state: draining ? 'draining' : state.name,
    // It leads none.
    epoch: null,
    problem: 'problem' in state ? state.problem : null,
    instance,
    lease: await leaseIn(store, base),
    replication: null,
    copyAgeMs: Math.round(follower.ageMs),
    restoreMs: Math.round(follower.restoreMs),
    upMs: Math.round(performance.now()),
    databaseBytes: (follower.path && sizeOf(follower.path)) || 0,
    walBytes: 0,
    setAside: [],
    events: [],
  }
}

/** What operators can see of this reader. */
export async function shownStatus(
  parts: Parts & { writerUrl: URL },
): ReturnType<Runtime['status']> {
  const { follower, writerUrl } = parts
  const { position } = follower
  const copy = position ? `epoch ${position.epoch}, transaction ${position.txid}` : 'none yet'
  const facts = factsOf(await statusOf(parts))
  const own = [
    { name: 'Role', value: `reader; ${writerUrl.origin} writes` },
    { name: 'Copy of', value: copy },
  ]
  const events = position ? await follower.read((database) => listEvents(database, 50)) : []
  return { facts: [...own, ...facts], events }
}

async function leaseIn(store: Pick<Store, 'read'>, base: string): Promise<Status['lease']> {
  try {
    const lease = await withTimeout(2_000, readLease(store, base), () => new Error('no answer'))
    return lease ?? { code: 'no-lease', message: 'there is none yet' }
  } catch (error) {
    return problemOf(error)
  }
}

// It looks each second, and fetches what is new in a few of them.
const lateMs = 10_000

/** How far the copy is that is read here, for everybody. */
export function replicatedTo({
  follower: { ageMs, position },
  lifecycle: { problem },
}: {
  follower: Pick<Follower, 'ageMs' | 'position'>
  lifecycle: Pick<Lifecycle, 'problem'>
}): Replicated {
  const isLate = ageMs > lateMs
  const isDown = isLate && problem !== null
  return {
    ...{ role: 'reader', state: isDown ? 'down' : isLate ? 'late' : 'ok' },
    ...{ durableAgoMs: Math.round(ageMs), missing: 0, waiting: 0 },
    ...{ epoch: position?.epoch ?? null, txid: position?.txid ?? null },
    why: isDown ? whyInWords(problem.code) : null,
  }
}

function whyInWords(code: string): string {
  if (code === 'bucket-unreachable' || code === 'bucket-busy') return 'The bucket does not answer.'
  return 'This copy can not be renewed now.'
}

/**
 * Returns what tells the lifecycle and the log what became of the copy. Requests wait while there is
 * none, and are refused with the reason where one is known.
 *
 * @param hasCopy whether there is something to read
 */
export function reportTo(lifecycle: Lifecycle, hasCopy: () => boolean): (change: Change) => void {
  let last: string | null = null
  const enter = (problem: Problem | null) =>
    lifecycle.enter(
      hasCopy() ? { name: 'following', problem } : { name: 'starting', step: 'restore', problem },
    )
  return (change) => {
    switch (change.kind) {
      case 'new':
        log('INFO', `Reading a copy of epoch ${change.epoch}.`, { ms: change.ms })
        if (change.isNewer) log('WARNING', 'The database was migrated by a newer release.')
        last = null
        return enter(null)
      case 'continued':
        return log('INFO', `The copy goes on with epoch ${change.epoch}.`)
      case 'broken':
        log('ERROR', `The copy broke, and is restored anew: ${change.reason}`)
        return enter(null)
      case 'well':
        if (last !== null) log('INFO', 'The copy is up to date again.')
        if (last !== null) enter(null)
        last = null
        return
      case 'problem':
        // It comes again with each look.
        if (last !== change.error.message) log('ERROR', change.error.message)
        last = change.error.message
        return enter(shownProblem(change.error))
    }
  }
}

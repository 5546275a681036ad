import { leaseName, type Me, parseLease } from '../lease/lease-object.ts'
import { factsOf } from '../server/facts.ts'
import { type Lifecycle, problemOf } from '../server/lifecycle.ts'
import type { Runtime } from '../server/runtime.ts'
import { type Status, sizeOf } from '../server/status.ts'
import { listEvents } from '../sqlite/events.ts'
import type { Store } from '../stores/store.ts'
import { withTimeout } from '../with-timeout.ts'
import type { Follower } from './follower.ts'

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
    const stored = await withTimeout(2_000, store.read(leaseName), () => new Error('no answer'))
    if (stored) return parseLease(stored.body, null, base)
    return { code: 'no-lease', message: 'there is none yet' }
  } catch (error) {
    return problemOf(error)
  }
}

import { setInterval, setTimeout as sleep } from 'node:timers/promises'
import type { Lease } from '../lease/lease.ts'
import { isCompacting, removeCompacted, removeObsolete } from '../lease/retention.ts'
import type { Health, Replication } from '../litestream/replication.ts'
import { pauseAfter, retry } from '../retry.ts'
import { hasBeginning } from '../stores/epochs.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import type { Store } from '../stores/store.ts'
import type { Beginning } from './begin-epoch.ts'
import { noLease } from './leadership-states.ts'
import { log, reasonOf } from './log.ts'
import { News } from './news.ts'

const tidyMs = 3_600_000
const watchMs = 5_000

export type Begun = { epoch: number; replication: Replication; beginning: Beginning }

type Parts = { lease: Lease; store: Store; base: string; timing: { retentionMs: number } }

/**
 * Makes a new epoch what others restore, once it is complete in the bucket; tries until then, or
 * until `ended` aborts. Then removes the epochs that nobody needs any more.
 *
 * @throws {ReplicationProblem} why it was not complete when `ended` aborted
 */
export async function completeEpoch(parts: Parts, begun: Begun, ended: AbortSignal): Promise<void> {
  const news = new News()
  await retry(
    () => makeRestorable(parts, begun),
    async (error, failures) => {
      // A lease that has run out is renewed where nobody has taken it, and the leadership goes on.
      if (ended.aborted) throw error
      const said = reasonOf(error)
      if (news.isNew(said)) log('ERROR', `This epoch is not complete yet: ${said}`)
      // Whoever waits hears of the bucket, and not that nobody waits any more.
      await sleep(pauseAfter(failures, 250, 1_000), undefined, { signal: ended }).catch(() => {
        throw error
      })
    },
  )
  log('INFO', 'This epoch is complete in the bucket.')
  forgetObsolete(parts)
}

async function makeRestorable(
  parts: Parts,
  { epoch, replication, beginning }: Begun,
): Promise<void> {
  const { lease, store, base } = parts
  const { from } = beginning
  const continued = beginning.how === 'continued'
  if (continued) lease.noteReached({ epoch, txid: beginning.from.txid })
  else {
    await replication.complete()
    if (!(await hasBeginning(store, epoch))) {
      throw new ReplicationProblem('replica-damaged', base, 'the new epoch has no beginning')
    }
  }
  if (await lease.publishEpoch(Date.now(), { begunWith: from, continued })) return
  throw noLease(base)
}

async function forgetObsolete({ lease, store, timing }: Parts): Promise<void> {
  try {
    const view = await lease.read()
    const upTo = await removeObsolete(store, view.lease, Date.now(), timing.retentionMs)
    if (upTo !== null) await lease.pruneObsolete(upTo)
  } catch (error) {
    log('WARNING', `Old epochs could not be removed: ${reasonOf(error)}`)
  }
}

/** Looks after the replica of a long leadership now and then, until `ended` aborts. */
export async function tidyEpoch({ store }: Parts, epoch: number, ended: AbortSignal) {
  const tidy = async () => {
    if (!(await isCompacting(store, epoch, Date.now(), tidyMs))) {
      log(
        'ERROR',
        'Litestream compacts no more, so that restores become slow: restart this instance.',
      )
    }
    await removeCompacted(store, epoch, Date.now(), tidyMs)
  }
  try {
    for await (const _ of setInterval(tidyMs, null, { signal: ended, ref: false })) {
      await tidy().catch((error) =>
        log('WARNING', `Old files could not be removed: ${reasonOf(error)}`),
      )
    }
  } catch {
    // The leadership has ended.
  }
}

/**
 * Asks for a sync now and then, so that a bucket that fails is noticed, and noticed to be back, when
 * nobody waits for one. It costs nothing while nothing is written. Ends when `ended` aborts.
 *
 * @param onChange told of each change of what `health` says
 * @throws {LitestreamGone} if there is no Litestream any more
 */
export async function watchReplication(
  replication: Replication,
  ended: AbortSignal,
  onChange: (health: Health) => void,
): Promise<void> {
  let last = replication.health
  for await (const _ of setInterval(watchMs, null, { signal: ended })) {
    await replication.durable().catch((error) => {
      if (!(error instanceof ReplicationProblem)) throw error
    })
    const health = replication.health
    if (health.status !== last.status) onChange(health)
    last = health
  }
}

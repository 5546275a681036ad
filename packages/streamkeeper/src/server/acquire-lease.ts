import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, View } from '../lease/lease.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { log } from './log.ts'

/** A lease that was acquired: how it was before, the epoch, and whether somebody had to be asked. */
export type Acquired = { before: View; epoch: number; asked: boolean }

/**
 * Takes the lease, and asks whoever holds it to hand it over.
 *
 * @param options.waitMs how often it looks whether it is there to be taken
 * @param options.patienceMs how long it goes on asking
 * @param options.isEnding whether nobody needs the lease any more
 * @param options.beforeAsking told who holds it, before they are asked; throws where they shall not be
 * @throws {ReplicationProblem} if another instance holds it for longer
 */
export async function acquireLease(
  lease: Lease,
  base: string,
  {
    waitMs,
    patienceMs,
    isEnding,
    beforeAsking,
  }: {
    waitMs: number
    patienceMs: number
    isEnding: () => boolean
    beforeAsking: (view: View) => Promise<void>
  },
): Promise<Acquired> {
  let startMs = performance.now()
  for (let asked = false; ; asked = true) {
    const attempt = await lease.acquire()
    if (attempt.acquired) return { ...attempt, asked }
    const holder = attempt.before.lease.holder
    if (isEnding() || performance.now() - startMs > patienceMs) {
      throw new ReplicationProblem('lease-held', base, `${holder?.revision} ${holder?.instance}`)
    }
    if (!asked) {
      await beforeAsking(attempt.before)
      // However long that took, who is asked needs its time.
      startMs = performance.now()
      log('INFO', 'Asking for the lease.', { holder })
    }
    if (holder && !attempt.before.lease.wantedBy) await lease.requestHandover()
    await sleep(waitMs)
  }
}

import { LitestreamBusy } from '../litestream/litestream.ts'
import type { Replication } from '../litestream/replication.ts'
import { withTimeout } from '../with-timeout.ts'
import { type LeadershipMeans, noLease, type Term } from './leadership-states.ts'
import { log, reasonOf } from './log.ts'

/**
 * How long each step of a handover may take, in milliseconds. At the end of the process all steps have to fit
 * into what the drain leaves of Cloud Run's 10 s; otherwise the lease is valid for longer.
 */
const budgets = {
  atTheEnd: { writersMs: 500, syncMs: 2_500, closeMs: 500, releaseMs: 750 },
  asked: { writersMs: 1_000, syncMs: 4_000, closeMs: 1_500, releaseMs: 1_500 },
}

/**
 * How a leadership was left: the lease's generation, where it was released with all of the file in the
 * bucket, else null; and why, where that was no handover.
 */
export type Release = { generation: string | null; problem: Error | null }

/** Releases the lease with all that was written in the bucket, once no more writes are let in. */
export async function handOver(
  means: LeadershipMeans,
  { writers, replication }: Term,
  why: string,
  occasion: keyof typeof budgets,
): Promise<Release> {
  const { database, lease, base } = means
  const { writersMs, syncMs, closeMs, releaseMs } = budgets[occasion]
  const late = () => noLease(base)
  // Those that were let in before; who comes now waits for the next leader.
  await withTimeout(writersMs, Promise.allSettled(writers), late).catch(() => {})
  means.record('stepped-down', `Stepped down: ${why}.`)
  database.stopWriting()
  const isComplete = await stop(replication, syncMs, 'CRITICAL')
  if (isComplete) log('INFO', 'Everything is in the bucket.')
  await replication.close(closeMs).catch((error) => log('WARNING', reasonOf(error)))
  // Not when Litestream has closed the file: by then another may have led for long.
  if (isComplete) database.confirm(performance.now())
  const generation = await withTimeout(releaseMs, lease.release(), late).catch((error) => {
    log('WARNING', `The lease has to run out, it could not be released: ${reasonOf(error)}`)
    return null
  })
  return { generation: isComplete ? generation : null, problem: null }
}

/** Nothing was acknowledged since the lease was valid, and nobody reads what is written now. */
export async function abandon(
  { database, events, keeper }: LeadershipMeans,
  { replication }: Term,
  problem: Error,
): Promise<Release> {
  // Written down by the next leadership: who has lost the lease writes no more.
  events.note('stepped-down', `Stepped down: ${reasonOf(problem)}`)
  database.stopWriting()
  database.confirm(keeper.keptAtMs)
  await stop(replication, 1_000, 'ERROR')
  return { generation: null, problem }
}

/**
 * Waits until Litestream has closed the file. It waits for an upload that is under way, and that may wait
 * for the bucket, without which nobody can lead.
 *
 * @throws {LitestreamBusy} if it does not although the bucket answers
 */
export async function closeFile(
  { lease, base, timing }: LeadershipMeans,
  replication: Replication,
): Promise<void> {
  const bucketAnswers = () =>
    withTimeout(5_000, lease.read(), () => noLease(base)).then(
      () => true,
      () => false,
    )
  for (let isBack = false; ; isBack = await bucketAnswers()) {
    try {
      return await replication.close(timing.closeMs)
    } catch (error) {
      if (isBack || !(error instanceof LitestreamBusy)) throw error
    }
  }
}

async function stop(
  replication: Replication,
  withinMs: number,
  severity: 'CRITICAL' | 'ERROR',
): Promise<boolean> {
  try {
    await replication.stop(withinMs)
    return true
  } catch (error) {
    log(severity, `The last writes may not be in the bucket: ${reasonOf(error)}`)
    return false
  }
}

import { setInterval } from 'node:timers/promises'
import type { Health, Replication } from '../litestream/replication.ts'
import { ReplicationProblem } from '../stores/problem.ts'

/**
 * Asks for a sync now and then, so that a bucket that fails is noticed, and noticed to be back, when
 * nobody waits for one. It costs nothing while nothing is written. Ends when `signal` aborts.
 *
 * @param onChange told of each change of what `health` says
 * @throws {LitestreamGone} if there is no Litestream any more
 */
export async function watchReplication(
  replication: Pick<Replication, 'durable' | 'health'>,
  signal: AbortSignal,
  onChange: (health: Health) => void,
  everyMs = 5_000,
): Promise<void> {
  let last = replication.health
  for await (const _ of setInterval(everyMs, null, { signal })) {
    await replication.durable().catch((error) => {
      if (!(error instanceof ReplicationProblem)) throw error
    })
    const health = replication.health
    if (health.status !== last.status) onChange(health)
    last = health
  }
}

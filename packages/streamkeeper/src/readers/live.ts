import type { Lifecycle } from '../server/lifecycle.ts'
import type { Replicated } from '../server/live-facts.ts'
import type { Follower } from './follower.ts'

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

import type { Outcome } from '../forms/answer-form.ts'
import type { Refusal } from '../forms/refusal.ts'
import type { Change, Changing } from './change-entry.ts'
import { changedCookie, done } from './changed.ts'

/** What an admin is told of a change. */
export function outcomeOfChange(
  { id, change, before }: { id: number; change: Change; before: number | null },
  changing: Changing,
): Outcome {
  // Deleting is sent again where its answer was lost, or was not durable: it is as it was to be then.
  const isDone = changing === 'changed' || (changing === 'no-entry' && change === 'delete')
  if (!isDone) return { refused: refusals[changing] ?? gone }
  const { state, said } = done[change]
  return {
    to: `${pageBelow(before)}${state === 'deleted' ? '' : `#entry-${id}`}`,
    told: { said, changed: { id, state } },
    cookies: [changedCookie({ id, state })],
  }
}

/** The page of entries that begins below one. */
export function pageBelow(before: number | null): string {
  return before === null ? '/admin' : `/admin?before=${before}`
}

export const gone: Refusal = {
  status: 404,
  type: 'no-entry',
  title: 'Nothing was changed.',
  detail: 'There is no such entry any more.',
}

const refusals: Partial<Record<Changing, Refusal>> = {
  'not-durable': {
    status: 503,
    type: 'not-durable',
    title: 'This is not confirmed yet.',
    detail:
      'It is done here, but the copy that would survive this server is not. Please do it again in a moment.',
    retryAfter: 5,
  },
  'not-written': {
    status: 503,
    type: 'not-written',
    title: 'Nothing was changed.',
    detail: 'It could not be written. Please do it again in a moment.',
    retryAfter: 5,
  },
}

import { z } from 'zod'
import { entryId } from '../entry-id.ts'
import type { Outcome } from '../forms/answer-form.ts'
import { flashCookie } from '../forms/flash.ts'
import type { Refusal } from '../forms/refusal.ts'

export const change = z.enum(['hide', 'show', 'delete'])

export type Change = z.infer<typeof change>

/**
 * `not-durable`: it is changed here, but nobody may be told that it stays so. `unclear`: it may be changed, or not.
 */
export type Changing = 'changed' | 'no-entry' | 'not-durable' | 'not-written' | 'unclear'

export type NotChanged = Exclude<Changing, 'changed'>

/** What a change makes of an entry, and how that is said. */
const done = {
  hide: { state: 'hidden', said: 'The entry is hidden.' },
  show: { state: 'shown', said: 'The entry is shown again.' },
  delete: { state: 'deleted', said: 'The entry is deleted.' },
} as const

const said = new Map<string, string>(Object.values(done).map(({ state, said }) => [state, said]))

/** What the next page is told of a change: which entry was changed, and how. */
export const changed = z
  .tuple([entryId, z.enum(['hidden', 'shown', 'deleted'])])
  .transform(([id, state]) => ({ id, state, said: said.get(state) ?? '' }))

/** What an admin is told of a change. */
export function outcomeOfChange(
  { id, change, before }: { id: number; change: Change; before: number | null },
  changing: Changing,
): Outcome {
  // Deleting is sent again where its answer was lost, or was not durable: it is as it was to be then.
  const isDone = changing === 'changed' || (changing === 'no-entry' && change === 'delete')
  if (!isDone) return { refused: refusals[changing] }
  const { state, said } = done[change]
  return {
    to: `${pageBelow(before)}${state === 'deleted' ? '' : `#entry-${id}`}`,
    told: { said, changed: { id, state } },
    cookies: [flashCookie('changed', id, state)],
  }
}

/** The page of entries that begins below one. */
export function pageBelow(before: number | null): string {
  return before === null ? '/admin' : `/admin?before=${before}`
}

export const refusals: Record<NotChanged | 'signed-out', Refusal> = {
  'signed-out': {
    status: 403,
    type: 'signed-out',
    title: 'Nothing was changed.',
    detail: 'You are signed out. Please sign in, and do it again.',
  },
  'no-entry': {
    status: 404,
    type: 'no-entry',
    title: 'Nothing was changed.',
    detail: 'There is no such entry any more.',
  },
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
  unclear: {
    status: 503,
    type: 'unclear',
    title: 'This is not confirmed yet.',
    detail: 'It may have been done, or not. Please do it again in a moment.',
    retryAfter: 5,
  },
}

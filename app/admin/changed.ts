import { changedName } from '../forms/flash.ts'

/** What a change makes of an entry, and how that is said. */
export const done = {
  hide: { state: 'hidden', said: 'The entry is hidden.' },
  show: { state: 'shown', said: 'The entry is shown again.' },
  delete: { state: 'deleted', said: 'The entry is deleted.' },
} as const

export type Changed = { id: number; state: (typeof done)[keyof typeof done]['state'] }

/** Has the next page that an admin is shown say what was done. */
export function changedCookie({ id, state }: Changed): string {
  return `${changedName}=${id}.${state}; Path=/admin; Max-Age=60; HttpOnly; SameSite=Lax`
}

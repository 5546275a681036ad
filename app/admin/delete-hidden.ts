import { setTimeout as sleep } from 'node:timers/promises'
import { durable, log, reasonOf } from 'streamkeeper'
import { z } from 'zod'
import type { Data } from '../../db/data.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Entries in one transaction, for which requests wait. */
const limit = 100

const days = z.preprocess(
  (text) => text || undefined,
  z.coerce.number().int().min(1).max(3650).optional(),
)

/**
 * After how many days an entry that is hidden is deleted; null where that is left to the admins.
 *
 * @throws {Error} if it is no number of days
 */
export function daysHidden({ DELETE_HIDDEN_AFTER_DAYS: text }: NodeJS.ProcessEnv): number | null {
  const { success, data } = days.safeParse(text?.trim())
  if (success) return data ?? null
  throw new Error(
    `DELETE_HIDDEN_AFTER_DAYS is no whole number from 1 to 3650: ${text}. Leave it out to keep what is hidden.`,
  )
}

/**
 * Deletes what was hidden so many days ago, now and once an hour, until `signal` aborts.
 *
 * @param sure resolves once what was deleted is in the bucket
 * @param wait resolves after so many milliseconds, and rejects once its signal aborts
 */
export async function deleteHidden(
  data: Pick<Data, 'deleteHidden'>,
  days: number,
  signal: AbortSignal,
  { sure = durable, wait = sleep, now = () => new Date() } = {},
): Promise<void> {
  const deleteSome = async () => {
    const before = new Date(now().getTime() - days * dayMs)
    const deleted = await data.deleteHidden(before, { limit }, now())
    if (deleted === 0) return deleted
    await sure()
    const entries = deleted === 1 ? 'entry that was' : 'entries that were'
    log('INFO', `Deleted ${deleted} ${entries} hidden ${days} or more days ago.`, { deleted })
    return deleted
  }
  while (!signal.aborted) {
    const deleted = await deleteSome().catch((error) => {
      log('WARNING', `Hidden entries are deleted in an hour, not now: ${reasonOf(error)}`)
      return 0
    })
    if (deleted < limit) await wait(hourMs, null, { signal }).catch(() => {})
  }
}

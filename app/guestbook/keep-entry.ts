import { durable, isUnclear, log, reasonOf } from 'streamkeeper'
import { type Entry, isEntryDeleted, keptWithKey } from '../../db/entries.ts'
import { requestData } from '../request-data.ts'
import type { NewEntry } from './new-entry.ts'

/**
 * `key-reused`: another entry, this one, was kept with the key. `not-durable`: it is in the database
 * here, but nobody may be told that it is safe. `unclear`: it may be there, or not.
 */
type Keeping =
  | { outcome: 'kept' | 'key-reused'; entry: Entry }
  | { outcome: 'entry-deleted' | 'not-durable' | 'not-written' | 'unclear' }

export type NotKept = Exclude<Keeping['outcome'], 'kept'>

/** Writes an entry, and says that one is kept only once the bucket has it. */
export async function keepEntry(entry: NewEntry, idempotencyKey: string): Promise<Keeping> {
  let keeping: Keeping
  try {
    const stored = await (await requestData()).addEntry({ ...entry, idempotencyKey }, new Date())
    keeping = { outcome: 'kept', entry: stored }
  } catch (error) {
    if (isEntryDeleted(error)) return { outcome: 'entry-deleted' }
    const stored = keptWithKey(error)
    if (!stored) {
      log('ERROR', `A guestbook entry could not be written: ${reasonOf(error)}`)
      return { outcome: isUnclear(error) ? 'unclear' : 'not-written' }
    }
    keeping = { outcome: 'key-reused', entry: stored }
  }
  try {
    await durable()
  } catch (error) {
    log('ERROR', `A guestbook entry is not in the bucket: ${reasonOf(error)}`)
    return { outcome: 'not-durable' }
  }
  return keeping
}

import { type Entry, isEntryDeleted, isKeyReused } from '../../db/entries.ts'
import { log, reasonOf } from '../../server/log.ts'
import { data, durable } from '../data.ts'
import type { NewEntry } from './new-entry.ts'

/** `not-durable`: it is in the database here, but nobody may be told that it is safe. */
export type Keeping =
  | { outcome: 'kept'; entry: Entry }
  | { outcome: 'key-reused' | 'entry-deleted' | 'not-durable' | 'not-written' }

/** Writes an entry, and says that it is kept only once the bucket has it. */
export async function keepEntry(entry: NewEntry, idempotencyKey: string): Promise<Keeping> {
  let stored: Entry
  try {
    stored = await (await data()).addEntry({ ...entry, idempotencyKey }, new Date())
  } catch (error) {
    if (isKeyReused(error)) return { outcome: 'key-reused' }
    if (isEntryDeleted(error)) return { outcome: 'entry-deleted' }
    log('ERROR', `A guestbook entry could not be written: ${reasonOf(error)}`)
    return { outcome: 'not-written' }
  }
  try {
    await durable()
  } catch (error) {
    log('ERROR', `A guestbook entry is not in the bucket: ${reasonOf(error)}`)
    return { outcome: 'not-durable' }
  }
  return { outcome: 'kept', entry: stored }
}

import { durable, isUnclear, log, reasonOf } from 'streamkeeper'
import { requestData } from '../request-data.ts'
import type { Change, Changing } from './change.ts'

/** Changes an entry for an admin, and says so only once the bucket has it. */
export async function changeEntry(id: number, what: Change): Promise<Changing> {
  let isThere: boolean
  try {
    isThere = await apply(id, what)
  } catch (error) {
    log('ERROR', `Entry ${id} could not be changed: ${reasonOf(error)}`)
    return isUnclear(error) ? 'unclear' : 'not-written'
  }
  try {
    // Also where it is gone: perhaps only here, since a deletion that was not durable.
    await durable()
  } catch (error) {
    log('ERROR', `A change of entry ${id} is not in the bucket: ${reasonOf(error)}`)
    return 'not-durable'
  }
  if (!isThere) return 'no-entry'
  log('INFO', `An admin has changed entry ${id}: ${what}.`)
  return 'changed'
}

async function apply(id: number, what: Change): Promise<boolean> {
  const { deleteEntry, hideEntry } = await requestData()
  if (what === 'delete') return deleteEntry(id, new Date())
  return hideEntry(id, what === 'hide' ? new Date() : null)
}

import { adopt } from '../replication/lease/adopt.ts'
import { epochName } from '../replication/lease/epochs.ts'
import { leaseName, parseLease } from '../replication/lease/lease-object.ts'
import { type Term, termAt, terms } from '../replication/lease/terms.ts'
import type { Moment } from '../replication/litestream-command.ts'
import type { Context } from './command.ts'
import { type EpochFiles, listEpochFiles } from './epoch-files.ts'
import { timeInWords } from './words.ts'

/** What to restore. */
export type Choice = { files: EpochFiles & { first: object }; moment: Moment }

/**
 * Finds the state that every reader would have restored at the moment `at`.
 *
 * @param at milliseconds since 1970
 * @param chosen the epoch to take it from; null for the one that was restorable then
 * @throws {Error} if that state isn't kept
 */
export async function chooseState(
  at: number,
  chosen: number | null,
  { store, url }: Context,
): Promise<Choice> {
  // Before the list: an epoch is complete before the lease says so.
  const stored = await store.read(leaseName)
  const kept = await listEpochFiles(store)
  if (kept.length === 0) throw new Error(`There is no replica below ${url}.`)
  const all = stored
    ? terms(parseLease(stored.body, null, url), kept)
    : [{ epoch: (await adopt(store, url)).epoch, from: null, until: null }]
  const epoch = chosen ?? termAt(all, at)?.epoch
  const files = kept.find((found) => found.epoch === epoch)
  if (chosen !== null && !files?.first) {
    throw new Error(`${epochName(chosen)} is not there, or not complete. ${seeHistory}`)
  }
  if (!files?.first || at < files.first.at) {
    const only = chosen === null ? '' : ` in ${epochName(chosen)}`
    const earliest = chosen === null ? earliestKept(kept, all) : files?.first?.at
    const since = earliest === undefined ? '' : `: nothing before ${timeInWords(earliest)} is`
    throw new Error(`The state of ${timeInWords(at)} is not kept${only}${since}. ${seeHistory}`)
  }
  return { files: { ...files, first: files.first }, moment: momentOf(at, files) }
}

const seeHistory = '`npm run history` shows what there is.'

// Litestream refuses a time after its newest change, and takes "at" for "before".
function momentOf(at: number, { last }: EpochFiles): Moment {
  return at >= last.at ? { txid: last.txid } : { before: new Date(at + 1) }
}

function earliestKept(kept: EpochFiles[], all: Term[]): number | undefined {
  const moments = all.flatMap(({ epoch, from }) => {
    const first = kept.find((found) => found.epoch === epoch)?.first
    return first ? [Math.max(first.at, from ?? 0)] : []
  })
  return moments.length > 0 ? Math.min(...moments) : undefined
}

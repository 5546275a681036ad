import { type Term, termAt, terms } from '../lease/terms.ts'
import type { Moment } from '../litestream/litestream-command.ts'
import { epochName } from '../stores/epochs.ts'
import { sourceUrl } from '../stores/replica-url.ts'
import type { Context } from './command.ts'
import type { EpochFiles } from './epoch-files.ts'
import { mustBeRestorable, type Survey, survey } from './survey.ts'
import { timeInWords } from './words.ts'

/** What to restore: `moment` is absent for the newest state. */
export type Choice = { files: EpochFiles & { first: object }; url: string; moment?: Moment }

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
  context: Context,
): Promise<Choice> {
  const surveyed = await survey(context)
  const { lease, epochs: kept, problem } = surveyed
  if (kept.length === 0) mustBeRestorable(surveyed, context.url)
  // Without a lease, what is restorable now is all that is known of then.
  const all = lease
    ? terms(lease, kept)
    : [{ epoch: restorableIn(surveyed, chosen, context), from: null, until: null }]
  const term = termAt(all, at)
  const epoch = chosen ?? term?.epoch
  if (chosen === null && term?.until === null && problem) throw problem
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
  const url = sourceUrl(context.url, { restorable: files.epoch, adopted: files.layout })
  return { files: { ...files, first: files.first }, url, ...momentOf(at, files) }
}

function restorableIn(surveyed: Survey, chosen: number | null, { url }: Context): number {
  return chosen ?? mustBeRestorable(surveyed, url).epoch
}

const seeHistory = '`npx streamkeeper history` shows what there is.'

// Litestream refuses a time after its newest change, and takes "at" for "before".
function momentOf(at: number, { last }: EpochFiles): Pick<Choice, 'moment'> {
  if (at < last.at) return { moment: { before: new Date(at + 1) } }
  return last.txid === null ? {} : { moment: { txid: last.txid } }
}

function earliestKept(kept: EpochFiles[], all: Term[]): number | undefined {
  const moments = all.flatMap(({ epoch, from }) => {
    const first = kept.find((found) => found.epoch === epoch)?.first
    return first ? [Math.max(first.at, from ?? 0)] : []
  })
  return moments.length > 0 ? Math.min(...moments) : undefined
}

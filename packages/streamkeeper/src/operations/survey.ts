import { adopt, findPlain } from '../lease/adopt.ts'
import { isHeldByAge, renewedMsAgo } from '../lease/lease.ts'
import { type LeaseObject, leaseName, parseLease } from '../lease/lease-object.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { type Layout, sourceUrl } from '../stores/replica-url.ts'
import type { Stored } from '../stores/store.ts'
import type { Context } from './command.ts'
import { type EpochFiles, epochFilesIn } from './epoch-files.ts'
import { NoReplica } from './errors.ts'
import { epochInWords } from './words.ts'

/** What there is below a replica URL. */
export type Survey = {
  /** null if there is none, or none that can be read. */
  lease: LeaseObject | null
  /** Since the holder's last renewal, by the store's clock, in milliseconds; null if nobody leads. */
  renewedMsAgo: number | null
  /** Whether the holder's lease has not run out. */
  isHeldByOther: boolean
  /** Oldest first. */
  epochs: EpochFiles[]
  /** The one that is restored; null if none is. */
  restorable: { epoch: number; url: string; files: EpochFiles } | null
  /** Why the one of two replicas without epochs counts; null where that is no question. */
  why: string | null
  /** Why nothing can be restored, or not all that was written; null where all is well. */
  problem: Error | null
}

/**
 * Looks at all that is below the URL, and changes nothing.
 *
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function survey({ store, url }: Pick<Context, 'store' | 'url'>): Promise<Survey> {
  // Before the list: an epoch is complete before the lease says so.
  const stored = await store.read(leaseName)
  const { lease, problem: unreadable } = stored ? readOrSay(stored, url) : noLease
  const plain = await findPlain(store, lease?.adopted)
  const { source, problem: unclear } = lease
    ? { source: { ...lease, adopted: plain?.layout }, problem: null }
    : await sourceWithoutLease(store, url)
  const listed = await store.details(await store.list(''))
  const epochs = epochFilesIn(listed, plain?.layout ?? null, url)
  const isAny = source.restorable > 0 || source.adopted !== undefined
  const files = epochs.find(({ epoch }) => epoch === source.restorable)
  const problem = unreadable ?? unclear ?? (isAny ? problemWith(source, files, epochs, url) : null)
  return {
    ...{ lease, epochs, problem, ...ageOf(stored, lease) },
    restorable:
      isAny && files && !problem
        ? { epoch: files.epoch, url: sourceUrl(url, source), files }
        : null,
    why: isAny && source.restorable === 0 ? (plain?.why ?? null) : null,
  }
}

/**
 * What is restored, as every reader would have it.
 *
 * @throws {Error} if there is nothing, or not all that was written
 */
export function mustBeRestorable(
  { restorable, problem }: Survey,
  url: string,
): NonNullable<Survey['restorable']> {
  if (problem) throw problem
  if (!restorable) throw new NoReplica(url)
  return restorable
}

const noLease = { lease: null, problem: null }

type Source = { restorable: number; adopted?: Layout | undefined; reached?: LeaseObject['reached'] }

function readOrSay(stored: Stored, url: string): Pick<Survey, 'lease' | 'problem'> {
  try {
    // Whose data it is doesn't matter to who only reads it.
    return { lease: parseLease(stored.body, null, url), problem: null }
  } catch (error) {
    if (error instanceof ReplicationProblem) return { lease: null, problem: error }
    throw error
  }
}

async function sourceWithoutLease(
  store: Context['store'],
  url: string,
): Promise<{ source: Source; problem: ReplicationProblem | null }> {
  try {
    const { epoch, plain } = await adopt(store, url)
    return { source: { restorable: epoch, adopted: plain?.layout }, problem: null }
  } catch (error) {
    if (!(error instanceof ReplicationProblem)) throw error
    return { source: { restorable: 0 }, problem: error }
  }
}

function ageOf(stored: Stored | null, lease: LeaseObject | null) {
  if (!stored || !lease?.holder) return { renewedMsAgo: null, isHeldByOther: false }
  return { renewedMsAgo: renewedMsAgo(lease, stored), isHeldByOther: isHeldByAge(lease, stored) }
}

function problemWith(
  source: Source,
  files: EpochFiles | undefined,
  epochs: EpochFiles[],
  base: string,
): ReplicationProblem | null {
  const url = sourceUrl(base, source)
  const others = epochs.filter((other) => other.epoch !== source.restorable && isWhole(other))
  const also =
    others.length > 0
      ? `complete are ${others.map(({ epoch }) => epochInWords(epoch)).join(', ')}`
      : 'no other epoch is complete'
  if (!files) return new ReplicationProblem('replica-missing', url, `it is not there; ${also}`)
  const { fault, last, epoch } = files
  if (fault) return new ReplicationProblem(fault.code, url, `${fault.detail}; ${also}`)
  const { reached } = source
  if (reached?.epoch !== epoch || last.txid === null || last.txid >= reached.txid) return null
  const detail = `transaction ${last.txid} is the last, and it had ${reached.txid}; ${also}`
  return new ReplicationProblem('replica-behind', url, detail)
}

function isWhole({ first, fault }: EpochFiles): boolean {
  return first !== null && fault === null
}

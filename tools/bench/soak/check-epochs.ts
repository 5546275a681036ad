import type { Bucket } from '../../../e2e/support/bucket.ts'
import type { Findings } from './findings.ts'
import type { Ledger, Restored } from './ledger.ts'
import { restoreEpoch } from './restore-all.ts'

/**
 * Restores every epoch that was ever complete: each has all that was acknowledged up to its end, and all
 * that the one before had where it was continued.
 *
 * @returns how many there were, and how many of them continued another
 */
export async function checkEpochs(
  bucket: Bucket,
  ledger: Ledger,
  findings: Findings,
): Promise<{ epochs: number; continued: number }> {
  const lease = await bucket.lease()
  if (!lease) return { epochs: 0, continued: 0 }
  const complete = lease.obsolete.flatMap(({ was }) => was ?? []).filter((epoch) => epoch > 0)
  const rows = new Map<number, Map<string, number>>()
  for (const epoch of new Set([...complete, lease.restorable])) {
    try {
      const { entries } = await restoreEpoch(bucket, epoch)
      rows.set(epoch, byMessage(entries))
      const problems = ledger.check(entries, ledger.acknowledgedUpTo(epoch))
      for (const problem of problems.slice(0, 10)) findings.note(`epoch ${epoch}: ${problem}`)
    } catch (error) {
      findings.note(`epoch ${epoch} does not restore: ${error}`)
    }
  }
  const continued = lease.obsolete.filter((entry) => entry.continued)
  for (const { was, txid, upTo } of continued) {
    const next = rows.get(upTo + 1)
    if (was === undefined || txid === undefined || !next) continue
    // Where its old leader has compacted that transaction into a later file, it is no state any more.
    const before = await restoreEpoch(bucket, was, txid).catch(() => null)
    const lacking = before?.entries.find(({ id, message }) => next.get(message) !== id)
    if (lacking) {
      findings.note(`epoch ${upTo + 1} continues epoch ${was} without "${lacking.message}"`)
    }
  }
  return { epochs: rows.size, continued: continued.length }
}

function byMessage(entries: readonly Restored[]): Map<string, number> {
  return new Map(entries.map(({ id, message }) => [message, id]))
}

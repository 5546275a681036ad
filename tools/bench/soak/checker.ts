import { setTimeout as sleep } from 'node:timers/promises'
import type { Bucket } from '../../../e2e/support/bucket.ts'
import type { Findings } from './findings.ts'
import type { Ledger, Restored } from './ledger.ts'
import { type Copy, restoreEpoch } from './restore.ts'

/** Compares what is in the bucket with what clients were told. */
export class Checker {
  readonly #bucket: Bucket
  readonly #ledger: Ledger
  readonly #findings: Findings
  /** The last copy that was compared. */
  last: Copy | null = null
  /** How often it was compared. */
  times = 0

  constructor(bucket: Bucket, ledger: Ledger, findings: Findings) {
    this.#bucket = bucket
    this.#ledger = ledger
    this.#findings = findings
  }

  /** Ends the run where something acknowledged is missing; to be called while the bucket is well. */
  async check(): Promise<void> {
    const { acknowledged } = this.#ledger
    const copy = await this.#restoreNewest()
    if (!copy) return
    const problems = this.#ledger.check(copy.entries, acknowledged)
    // Visits may be lost between two leaderships; within one, what is in the bucket stays there.
    if (copy.epoch === this.last?.epoch && copy.visits < this.last.visits) {
      problems.push(`epoch ${copy.epoch} had ${this.last.visits} visits, and has ${copy.visits}`)
    }
    this.last = copy
    this.times++
    if (problems.length > 10) problems.splice(10, Infinity, `and ${problems.length - 10} more`)
    const [first, ...others] = problems
    for (const problem of others) this.#findings.note(problem)
    if (first) this.#findings.end(`epoch ${copy.epoch}: ${first}`)
  }

  /**
   * Restores every epoch that was ever complete: each has all that was acknowledged up to its end, and
   * all that the one before had where it was continued.
   *
   * @returns how many there were, and how many of them continued another
   */
  async checkEpochs(): Promise<{ epochs: number; continued: number }> {
    const lease = await this.#bucket.lease()
    if (!lease) return { epochs: 0, continued: 0 }
    const complete = lease.obsolete.flatMap(({ was }) => was ?? []).filter((epoch) => epoch > 0)
    const rows = new Map<number, Map<string, number>>()
    for (const epoch of new Set([...complete, lease.restorable])) {
      try {
        const { entries } = await restoreEpoch(this.#bucket, epoch)
        rows.set(epoch, byMessage(entries))
        const problems = this.#ledger.check(entries, this.#ledger.acknowledgedUpTo(epoch))
        for (const problem of problems.slice(0, 10)) {
          this.#findings.note(`epoch ${epoch}: ${problem}`)
        }
      } catch (error) {
        this.#findings.note(`epoch ${epoch} does not restore: ${error}`)
      }
    }
    const continued = lease.obsolete.filter((entry) => entry.continued)
    for (const { was, txid, upTo } of continued) {
      const next = rows.get(upTo + 1)
      if (was === undefined || txid === undefined || !next) continue
      // Where its old leader has compacted that transaction into a later file, it is no state any more.
      const before = await restoreEpoch(this.#bucket, was, txid).catch(() => null)
      const lacking = before?.entries.find(({ id, message }) => next.get(message) !== id)
      if (!lacking) continue
      this.#findings.note(`epoch ${upTo + 1} continues epoch ${was} without "${lacking.message}"`)
    }
    return { epochs: rows.size, continued: continued.length }
  }

  async #restoreNewest(): Promise<Copy | null> {
    for (let tries = 1; ; tries++) {
      try {
        const { restorable } = (await this.#bucket.lease()) ?? { restorable: 0 }
        return await restoreEpoch(this.#bucket, restorable)
      } catch (error) {
        // A compaction removes objects while they are read.
        if (tries < 4) await sleep(500)
        else {
          this.#findings.end(`the bucket does not restore: ${error}`)
          return null
        }
      }
    }
  }
}

function byMessage(entries: readonly Restored[]): Map<string, number> {
  return new Map(entries.map(({ id, message }) => [message, id]))
}

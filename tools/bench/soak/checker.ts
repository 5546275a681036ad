import { setTimeout as sleep } from 'node:timers/promises'
import type { Bucket } from '../../../e2e/support/bucket.ts'
import type { Findings } from './findings.ts'
import type { Ledger } from './ledger.ts'
import { type Copy, restoreAll } from './restore-all.ts'

/** Compares what is in the bucket with what clients were told. */
export class Checker {
  readonly #bucket: Bucket
  readonly #ledger: Ledger
  readonly #findings: Findings
  #last: Copy | null = null
  /** How often it was compared. */
  times = 0

  constructor(bucket: Bucket, ledger: Ledger, findings: Findings) {
    this.#bucket = bucket
    this.#ledger = ledger
    this.#findings = findings
  }

  /** The last copy that was compared. */
  get last(): Copy | null {
    return this.#last
  }

  /** Ends the run where something acknowledged is missing; to be called while the bucket is well. */
  async check(): Promise<void> {
    const { acknowledged } = this.#ledger
    const copy = await this.#restore()
    if (!copy) return
    const problems = this.#ledger.check(copy.entries, acknowledged)
    // Visits may be lost between two leaderships; within one, what is in the bucket stays there.
    if (copy.epoch === this.#last?.epoch && copy.visits < this.#last.visits) {
      problems.push(`epoch ${copy.epoch} had ${this.#last.visits} visits, and has ${copy.visits}`)
    }
    this.#last = copy
    this.times++
    if (problems.length > 10) problems.splice(10, Infinity, `and ${problems.length - 10} more`)
    const [first, ...others] = problems
    for (const problem of others) this.#findings.note(problem)
    if (first) this.#findings.end(`epoch ${copy.epoch}: ${first}`)
  }

  async #restore(): Promise<Copy | null> {
    for (let tries = 1; ; tries++) {
      try {
        return await restoreAll(this.#bucket)
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

import { ReplicationProblem } from '../replication/problem.ts'
import { epochUrl } from '../replication/replica-url.ts'
import { allEnded } from './all-ended.ts'
import { newestTransaction } from './bucket.ts'
import type { Copy } from './copy.ts'
import type { FollowerOptions } from './follower.ts'
import { ReaderProblem } from './problem.ts'

type Options = Pick<FollowerOptions, 'store' | 'transaction' | 'base' | 'clock' | 'timing'>

// As many files are asked for at once while there is much to fetch.
const mostAtOnce = 16

/** Brings a copy what the bucket has since. One at a time may run. */
export class Fetching {
  readonly #copy: Copy
  readonly #options: Options
  #listedAtMs: number
  /** Since when the next file is not what its name says. */
  #unreadableSinceMs: number | null = null

  /** @param listedAtMs when all that was in the bucket was in the copy */
  constructor(copy: Copy, listedAtMs: number, options: Options) {
    this.#copy = copy
    this.#listedAtMs = listedAtMs
    this.#options = options
  }

  /**
   * Ends when the copy is at all that could be brought.
   *
   * @param reached the transaction that is known to have been in the bucket
   * @returns `gap` if there is more than what can be fetched file by file
   * @throws {ReplicationProblem} if the bucket doesn't tell, or shows less than it had
   */
  async run(reached: number): Promise<'all' | 'gap'> {
    const { store, base, clock, timing } = this.#options
    const copy = this.#copy
    if (await this.#fetchFiles()) return 'gap'
    const isBehind = () => copy.position.txid < reached
    const atMs = clock()
    if (!isBehind() && atMs - this.#listedAtMs <= timing.listMs) return 'all'
    const newest = await newestTransaction(store, copy.epoch)
    if (copy.position.txid < newest && (await this.#fetchFiles())) return 'gap'
    if (copy.position.txid < newest) return 'gap'
    if (isBehind()) {
      const url = epochUrl(base, copy.epoch)
      throw new ReplicationProblem('replica-behind', url, `at ${newest}, and was at ${reached}`)
    }
    this.#listedAtMs = atMs
    return 'all'
  }

  /** @returns whether the next file has been unreadable for so long that something newer may help */
  async #fetchFiles(): Promise<boolean> {
    try {
      await this.#bringAll()
      this.#unreadableSinceMs = null
      return false
    } catch (error) {
      if (!(error instanceof ReaderProblem)) throw error
      const nowMs = this.#options.clock()
      this.#unreadableSinceMs ??= nowMs
      if (nowMs - this.#unreadableSinceMs <= this.#options.timing.listMs) throw error
      return true
    }
  }

  async #bringAll(): Promise<void> {
    const copy = this.#copy
    for (let atOnce = 1; !copy.isOver; atOnce = Math.min(atOnce * 2, mostAtOnce)) {
      const { txid } = copy.position
      const wanted = Array.from({ length: atOnce }, (_, index) => txid + 1 + index)
      const asked = wanted.map((next) => this.#options.transaction(copy.epoch, next))
      const files = await allEnded(asked)
      try {
        for (const file of files) {
          if (!file) return
          copy.bring(file)
        }
      } finally {
        await copy.applied()
      }
    }
  }
}

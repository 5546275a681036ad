import {
  type Changes,
  changesSince,
  NeedsRestore,
  readUntilGone,
} from '../litestream/changes-since.ts'
import { type LtxFile, newestIn } from '../litestream/ltx-files.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { epochUrl } from '../stores/replica-url.ts'
import { filesOf, transactionObject } from './bucket.ts'
import type { Copy } from './copy.ts'
import type { FollowerOptions } from './follower.ts'
import { ReaderProblem } from './problem.ts'

type Options = Pick<FollowerOptions, 'store' | 'base' | 'clock' | 'timing'>

// As many files are asked for at once while there is much to fetch.
const mostAtOnce = 16

// What is larger would keep everybody waiting for a second and more while it is applied.
const mostBytes = 32 * 1024 * 1024

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
   * @returns `gap` if there is more than what can be brought, or if it has been unreadable for so
   * long that a restore may help
   * @throws {ReplicationProblem} if the bucket doesn't tell, or shows less than it had
   * @throws {ReaderProblem} if the next file is not what its name says
   * @throws {CopyEnded} if the copy is over
   */
  async run(reached: number): Promise<'all' | 'gap'> {
    try {
      const result = await this.#fetch(reached)
      this.#unreadableSinceMs = null
      return result
    } catch (error) {
      if (error instanceof NeedsRestore) return 'gap'
      if (!(error instanceof ReaderProblem)) throw error
      const nowMs = this.#options.clock()
      this.#unreadableSinceMs ??= nowMs
      if (nowMs - this.#unreadableSinceMs <= this.#options.timing.listMs) throw error
      return 'gap'
    }
  }

  async #fetch(reached: number): Promise<'all' | 'gap'> {
    const { base, clock, timing } = this.#options
    const copy = this.#copy
    await this.#bringNext()
    const isBehind = () => copy.txid < reached
    const atMs = clock()
    if (!isBehind() && atMs - this.#listedAtMs <= timing.listMs) return 'all'
    const newest = await this.#bringListed()
    if (copy.txid < newest) return 'gap'
    if (isBehind()) {
      const url = epochUrl(base, copy.epoch)
      throw new ReplicationProblem('replica-behind', url, `at ${newest}, and was at ${reached}`)
    }
    this.#listedAtMs = atMs
    return 'all'
  }

  // Asking for what is not there yet is cheaper than a list.
  async #bringNext(): Promise<void> {
    const { epoch } = this.#copy
    for (let atOnce = 1; !this.#copy.isOver; atOnce = Math.min(atOnce * 2, mostAtOnce)) {
      const wanted = Array.from({ length: atOnce }, (_, index) => {
        const txid = this.#copy.txid + 1 + index
        return { name: transactionObject(epoch, txid), min: txid, max: txid }
      })
      const changes = await readUntilGone(this.#options.store, wanted)
      await this.#apply(changes)
      if (changes.length < atOnce) return
    }
  }

  /** @returns the newest transaction in the list */
  async #bringListed(): Promise<number> {
    const { store } = this.#options
    let newest = 0
    const list = async () => {
      const files = await filesOf(store, this.#copy.epoch)
      newest = newestIn(files)
      return files
    }
    const isTooMuch = (files: readonly LtxFile[]) => files.some(({ size }) => size > mostBytes)
    for await (const changes of changesSince(store, this.#copy.txid, list, isTooMuch)) {
      await this.#apply(changes)
    }
    return newest
  }

  async #apply(changes: Changes): Promise<void> {
    for (const { file, bytes } of changes) {
      if (bytes.length > mostBytes) throw new NeedsRestore()
      await this.#copy.apply(bytes, file)
    }
  }
}

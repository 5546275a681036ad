import { allEnded } from '../litestream/all-ended.ts'
import { newestIn } from '../litestream/ltx-files.ts'
import { changesAfter } from '../litestream/restore-plan.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { epochUrl } from '../stores/replica-url.ts'
import { filesOf, transactionObject } from './bucket.ts'
import { type Changes, type Copy, NeedsRestore } from './copy.ts'
import type { FollowerOptions } from './follower.ts'
import { ReaderProblem } from './problem.ts'

type Options = Pick<FollowerOptions, 'store' | 'base' | 'clock' | 'timing'>

// As many files are asked for at once while there is much to fetch.
const mostAtOnce = 16

// What is larger would keep everybody waiting for a second and more while it is applied.
const mostBytes = 32 * 1024 * 1024

// What is compacted between a list and its being asked for is in the next list, in another file.
const mostLists = 3

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
    await this.#fetchNext()
    const isBehind = () => copy.txid < reached
    const atMs = clock()
    if (!isBehind() && atMs - this.#listedAtMs <= timing.listMs) return 'all'
    const newest = await this.#fetchListed()
    if (copy.txid < newest) return 'gap'
    if (isBehind()) {
      const url = epochUrl(base, copy.epoch)
      throw new ReplicationProblem('replica-behind', url, `at ${newest}, and was at ${reached}`)
    }
    this.#listedAtMs = atMs
    return 'all'
  }

  // Asking for what is not there yet is cheaper than a list.
  async #fetchNext(): Promise<void> {
    const { epoch } = this.#copy
    for (let atOnce = 1; !this.#copy.isOver; atOnce = Math.min(atOnce * 2, mostAtOnce)) {
      const next = Array.from({ length: atOnce }, (_, index) => this.#copy.txid + 1 + index)
      const wanted = next.map((txid) => ({
        ...{ name: transactionObject(epoch, txid), min: txid, max: txid },
      }))
      if (!(await this.#bring(wanted))) return
    }
  }

  /** @returns the newest transaction in the list */
  async #fetchListed(): Promise<number> {
    for (let lists = 1; ; lists++) {
      const files = await filesOf(this.#options.store, this.#copy.epoch)
      const newest = newestIn(files)
      const changes = this.#copy.txid < newest ? changesAfter(files, this.#copy.txid) : []
      if (!changes || changes.some(({ size }) => size > mostBytes)) return newest
      if ((await this.#bringAll(changes)) || lists === mostLists) return newest
    }
  }

  async #bringAll(changes: readonly (Changes & { size: number })[]): Promise<boolean> {
    let some: Changes[] = []
    let bytes = 0
    for (const file of changes) {
      if (some.length === mostAtOnce || bytes + file.size > mostBytes) {
        if (!(await this.#bring(some))) return false
        some = []
        bytes = 0
      }
      some.push(file)
      bytes += file.size
    }
    return this.#bring(some)
  }

  /** @returns whether all were there */
  async #bring(wanted: readonly Changes[]): Promise<boolean> {
    const { store } = this.#options
    const asked = wanted.map(async (changes) => ({
      changes,
      bytes: await store.bytes(changes.name),
    }))
    for (const { changes, bytes } of await allEnded(asked)) {
      if (!bytes) return false
      if (bytes.length > mostBytes) throw new NeedsRestore()
      await this.#copy.apply(bytes, changes)
    }
    return true
  }
}

import type { Lease } from '../lease/lease.ts'
import { problemOf } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'
import { log, reasonOf } from './log.ts'
import { News } from './news.ts'

/** Keeps the copy of an instance that follows up to date, as often as that is worth what it costs. */
export class CopyRefresh {
  readonly #lease: Pick<Lease, 'read'>
  readonly #database: Pick<LocalDatabase, 'ageMs' | 'tookMs' | 'refresh'>
  #running: { done: Promise<void>; unneeded: AbortController } | null = null
  /** By `performance.now()`, after one that failed. */
  #notBeforeMs = 0
  readonly #news = new News()

  constructor(
    lease: Pick<Lease, 'read'>,
    database: Pick<LocalDatabase, 'ageMs' | 'tookMs' | 'refresh'>,
  ) {
    this.#lease = lease
    this.#database = database
  }

  /** Brings the copy up to date, in the background, if it is old for what that costs. */
  begin(): void {
    const { ageMs, tookMs } = this.#database
    if (this.#running || ageMs < Math.max(5_000, 10 * tookMs)) return
    if (performance.now() < this.#notBeforeMs) return
    const unneeded = new AbortController()
    const done = this.#refresh(unneeded.signal).finally(() => {
      this.#running = null
    })
    this.#running = { done, unneeded }
  }

  /** Ends it, as who is to lead restores anyway: it may wait for the bucket, long after that has answered. */
  async stop(): Promise<void> {
    this.#running?.unneeded.abort()
    await this.#running?.done
  }

  async #refresh(unneeded: AbortSignal): Promise<void> {
    const lookedAtMs = performance.now()
    let restoringSinceMs = Number.POSITIVE_INFINITY
    try {
      const view = await this.#lease.read()
      restoringSinceMs = performance.now()
      await this.#database.refresh(view, lookedAtMs, unneeded)
      this.#news.end()
    } catch (error) {
      if (unneeded.aborted) return
      const said = `The copy could not be renewed: ${reasonOf(error)}`
      if (this.#news.isNew(problemOf(error).code)) log('WARNING', said)
      // What can't be read may have been brought from the bucket all the same.
      const tookMs = Math.max(0, performance.now() - restoringSinceMs)
      this.#notBeforeMs = performance.now() + Math.min(Math.max(5_000, 10 * tookMs), 60_000)
    }
  }
}

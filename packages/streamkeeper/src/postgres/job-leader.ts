import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { type Job, LeaderJob } from '../server/admission.ts'
import { log, logSometimes, reasonOf } from '../server/log.ts'
import type { Database } from './open.ts'
import { plainError } from './problem.ts'

// The one row says which instance runs the jobs. The database's clock may be set, or be another server's: so what
// is taken from another is a row that has stayed the same for long enough, and not one whose `until` is over.
const createTable = `create table if not exists _streamkeeper_job_leader (
  id integer primary key check (id = 1), holder text not null, until timestamptz not null)`

/**
 * The times of the lease, in milliseconds, by the monotonic clock of each instance. What lies between `ttl` and
 * `trust` is for a job to end in.
 */
export type Times = { ttl: number; trust: number; every: number }

const usual: Times = { ttl: 15_000, trust: 10_000, every: 3_000 }

// A number, as a time is written in many ways.
const rowText = sql`leader.holder || ' ' || extract(epoch from leader.until)::text`

// What the drain leaves of the time that the process has.
const endMs = 2_000

/**
 * Has background jobs run on one instance at a time. A row and not a lock of a session, which neither a pooler
 * in transaction mode nor a standby that takes over would keep.
 */
export class JobLeader {
  readonly #database: Pick<Database, 'execute'>
  readonly #holder: string
  readonly #times: Times
  readonly #jobs = new Set<LeaderJob>()
  readonly #runs = new Set<Promise<void>>()
  #hasTable = false
  /** How the row of another was found, and since when it is like that. */
  #seen: { row: string; sinceMs: number } | null = null
  #leadership: { ended: AbortController; timer: NodeJS.Timeout } | null = null

  /** @param holder another text for each instance */
  constructor(database: Pick<Database, 'execute'>, holder: string, times = usual) {
    this.#database = database
    this.#holder = holder
    this.#times = times
  }

  get isLeading(): boolean {
    return this.#leadership !== null
  }

  /** @returns what ends the job, and has it not begun any more */
  whileLeading(work: Job): () => void {
    const job = new LeaderJob(work)
    this.#jobs.add(job)
    if (this.#leadership) this.#begin(job, this.#leadership.ended.signal)
    return () => {
      this.#jobs.delete(job)
      job.remove()
    }
  }

  /**
   * Takes the lease where there are jobs and nobody has it, and keeps it until `stop` aborts.
   *
   * @param mayWrite whether this release may change the data, which a newer one may have migrated
   */
  async run(stop: AbortSignal, mayWrite: () => boolean = () => true): Promise<void> {
    while (!stop.aborted) {
      if (!mayWrite()) this.#end()
      else if (this.#jobs.size > 0) await Promise.race([this.#claim(), aborted(stop)])
      await sleep(this.#times.every, undefined, { signal: stop }).catch(() => {})
    }
    if (!this.#leadership) return
    this.#end()
    const released = Promise.all(this.#runs).then(() => this.#release())
    await Promise.race([released, sleep(endMs)])
  }

  async #claim(): Promise<void> {
    // From before it is asked: the row's time begins later.
    const trustedUntil = performance.now() + this.#times.trust
    try {
      if (!this.#hasTable) await this.#database.execute(createTable)
      this.#hasTable = true
      const isMine = await this.#take()
      if (!isMine) this.#end()
      else if (performance.now() < trustedUntil) this.#trustUntil(trustedUntil)
    } catch (error) {
      // It may have been taken all the same. A leader goes on until its time is over.
      const reason = reasonOf(plainError(error))
      logSometimes('WARNING', `Which instance runs the background jobs is unknown: ${reason}`)
    }
  }

  async #take(): Promise<boolean> {
    const { rows } = await this.#database.execute(sql`
      insert into _streamkeeper_job_leader as leader (id, holder, until)
        values (1, ${this.#holder}, clock_timestamp() + ${this.#times.ttl} * interval '1 ms')
        on conflict (id) do update set holder = excluded.holder, until = excluded.until
          where leader.holder = excluded.holder or leader.until = '-infinity' or ${rowText} = ${this.#expired()}
        returning id`)
    const isMine = rows.length === 1
    if (isMine) this.#seen = null
    else await this.#observe()
    return isMine
  }

  /** The row of another that has not been renewed for its whole time. */
  #expired(): string | null {
    const { ttl } = this.#times
    return this.#seen && performance.now() - this.#seen.sinceMs >= ttl ? this.#seen.row : null
  }

  async #observe(): Promise<void> {
    const found = sql`select ${rowText} as row from _streamkeeper_job_leader as leader`
    const { rows } = await this.#database.execute<{ row: string }>(found)
    const row = rows[0]?.row ?? ''
    if (row !== this.#seen?.row) this.#seen = { row, sinceMs: performance.now() }
  }

  async #release(): Promise<void> {
    const mine = sql`holder = ${this.#holder}`
    const release = sql`update _streamkeeper_job_leader set until = '-infinity' where ${mine}`
    await this.#database.execute(release).catch(() => {})
  }

  #trustUntil(until: number): void {
    const isNew = !this.#leadership
    const ended = this.#leadership?.ended ?? new AbortController()
    clearTimeout(this.#leadership?.timer)
    const timer = setTimeout(() => this.#end(), until - performance.now()).unref()
    this.#leadership = { ended, timer }
    if (!isNew) return
    log('INFO', 'The background jobs run on this instance.')
    for (const job of this.#jobs) this.#begin(job, ended.signal)
  }

  #end(): void {
    clearTimeout(this.#leadership?.timer)
    this.#leadership?.ended.abort()
    this.#leadership = null
  }

  #begin(job: LeaderJob, ended: AbortSignal): void {
    const run = job.run(ended).finally(() => this.#runs.delete(run))
    this.#runs.add(run)
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

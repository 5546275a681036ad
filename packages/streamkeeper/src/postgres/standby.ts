import { type SQL, sql } from 'drizzle-orm'
import { Age } from '../readers/age.ts'
import { log, reasonOf } from '../server/log.ts'
import { withTimeout } from '../with-timeout.ts'
import type { Database } from './open.ts'
import { plainError } from './problem.ts'

// An older standby is not read while there is a primary.
const oldestMs = 5_000

// More than any standby has: whoever shows it reads at the primary.
const unknownPosition = 999_999_999_999_999

// Somebody waits for it, who can be served otherwise.
const somebodyMs = 1_000
const lookMs = 2_000

// The same for a server and all that follow it; positions in the log of any other mean nothing.
const data = sql`(select system_identifier from pg_control_system()) || ' '
  || (select oid from pg_database where datname = current_database())`

/** A server that follows the one that writes, and can be read: how old it is, and what it has. */
export class Standby {
  readonly database: Database
  readonly #primary: Pick<Database, 'execute'>
  readonly #age = new Age(Number.NEGATIVE_INFINITY)
  #replayed = 0
  #isThere = false
  #primaryData: string | null = null
  #problem: string | null = null

  constructor(database: Database, primary: Pick<Database, 'execute'>) {
    this.database = database
    this.#primary = primary
  }

  /** At most how old the data is, by a monotonic clock: since when it is known to have all. */
  get ageMs(): number {
    return performance.now() - this.#age.knownAt(this.#replayed)
  }

  get isThere(): boolean {
    return this.#isThere
  }

  get isFresh(): boolean {
    return this.#isThere && this.ageMs <= oldestMs
  }

  /** Whether it has all that the primary had at a position. */
  async holds(position: number): Promise<boolean> {
    if (this.#isThere && this.#replayed < position) {
      await withTimeout(somebodyMs, this.#lookHere(), silence).catch(() => {})
    }
    return this.#isThere && this.#replayed >= position
  }

  /** Up to where the primary has written; where that is unknown, further than any standby. */
  async written(): Promise<number> {
    return withTimeout(somebodyMs, this.#lookThere(), silence).catch(() => unknownPosition)
  }

  /** Looks at both again and again. */
  watch(signal: AbortSignal, everyMs = 1_000): void {
    const looking = { here: false, there: false }
    const look = async (where: keyof typeof looking, ask: () => Promise<unknown>) => {
      if (looking[where]) return
      looking[where] = true
      await ask().catch(() => {})
      looking[where] = false
    }
    const both = () => {
      void look('there', async () => {
        const atMs = performance.now()
        this.#age.found(await this.#lookThere(), atMs)
      })
      void look('here', () => this.#lookHere())
    }
    both()
    const timer = setInterval(both, everyMs)
    signal.addEventListener('abort', () => clearInterval(timer))
  }

  async #lookThere(): Promise<number> {
    const written = sql`pg_current_wal_lsn()`
    const found = await lookAt(this.#primary, written)
    this.#primaryData = found.data
    return found.lsn
  }

  async #lookHere(): Promise<void> {
    try {
      // Where it has become the primary, it has all.
      const own = sql`case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
        else pg_current_wal_lsn() end`
      const found = await withTimeout(lookMs, lookAt(this.database, own), silence)
      if (this.#primaryData === null) return
      if (found.data !== this.#primaryData) throw new Error('it is not a copy of the primary')
      this.#replayed = found.lsn
      this.#isThere = true
      this.#tell(null)
    } catch (error) {
      this.#isThere = false
      this.#tell(reasonOf(plainError(error)))
    }
  }

  #tell(problem: string | null): void {
    if (problem === this.#problem) return
    this.#problem = problem
    if (problem) log('WARNING', `The standby (DATABASE_READ_URL) is not read: ${problem}`)
    else log('INFO', 'The standby is read again.')
  }
}

async function lookAt(database: Pick<Database, 'execute'>, position: SQL) {
  const query = sql`select coalesce(${position} - '0/0', 0) as lsn, ${data} as data`
  const { rows } = await database.execute<{ lsn: string; data: string }>(query)
  return { lsn: Number(rows[0]?.lsn), data: rows[0]?.data ?? '' }
}

function silence(): Error {
  return new Error('timeout: it does not answer')
}

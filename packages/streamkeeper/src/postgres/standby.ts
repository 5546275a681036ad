import { sql } from 'drizzle-orm'
import { Age } from '../readers/age.ts'
import type { Database } from './open.ts'

// An older standby is not read while there is a primary.
const oldestMs = 5_000

// More than any standby has: whoever shows it reads at the primary.
const unknownPosition = 999_999_999_999_999

/** A server that follows the one that writes, and can be read: how old it is, and what it has. */
export class Standby {
  readonly database: Database
  readonly #primary: Pick<Database, 'execute'>
  readonly #age = new Age(Number.NEGATIVE_INFINITY)
  #replayed = 0
  #isThere = false

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
    if (this.#isThere && this.#replayed < position) await this.#lookHere()
    return this.#isThere && this.#replayed >= position
  }

  /** Up to where the primary has written; where that is unknown, further than any standby. */
  async written(): Promise<number> {
    return this.#lookThere().catch(() => unknownPosition)
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
    return lsnOf(this.#primary, sql`select pg_current_wal_lsn() - '0/0' as lsn`)
  }

  async #lookHere(): Promise<void> {
    try {
      // Where it has become the primary, it has all.
      const own = sql`select coalesce(case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
        else pg_current_wal_lsn() end - '0/0', 0) as lsn`
      this.#replayed = await lsnOf(this.database, own)
      this.#isThere = true
    } catch {
      this.#isThere = false
    }
  }
}

async function lsnOf(database: Pick<Database, 'execute'>, query: ReturnType<typeof sql>) {
  const { rows } = await database.execute<{ lsn: string }>(query)
  return Number(rows[0]?.lsn)
}

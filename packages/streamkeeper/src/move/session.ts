import { Client, type QueryConfig } from 'pg'
import { noLocks } from '../postgres/migrate.ts'
import { isPooled } from '../postgres/pooler.ts'
import { isAny, type Patience, retryConflicts } from '../postgres/retry-conflicts.ts'
import { OperatorError } from './operator-error.ts'
import { quoted } from './select.ts'
import type { Table } from './table.ts'

// Any number that nobody else in this database locks.
const lockNumber = 7_236_102

// Tables are locked one after the other, and who writes to several of them may do so in another order:
// then each waits for the other. Who waits less than the server's deadlock_timeout, 1 s, lets go before
// the server ends one of the two; where transactions take longer than that, waiting longer helps.
const lockMs = 400
const locking: Patience = {
  attempts: 8,
  // lock_not_available, deadlock_detected.
  states: ['55P03', '40P01'],
  pauseMs: () => Math.random() * lockMs,
}

// Where the network or this machine is gone without a word, the server notices within 25 s, not 2 h:
// until then nobody else can write.
const settings = [
  ['tcp_keepalives_idle', '10'],
  ['tcp_keepalives_interval', '5'],
  ['tcp_keepalives_count', '3'],
  ['statement_timeout', '0'],
  ['idle_in_transaction_session_timeout', '0'],
]

// How long an answer is waited for that takes no time.
const answerMs = 10_000

/** One connection to a PostgreSQL database, for as long as a move takes. */
export class Session implements AsyncDisposable {
  readonly client: Client
  /** The database without user and password. */
  readonly name: string

  private constructor(client: Client) {
    this.client = client
    this.name = `${client.host}:${client.port}/${client.database}`
  }

  /**
   * Connects, and keeps other moves out.
   *
   * @throws {Error} if that is not possible, or another move is under way
   */
  static async open(url: string): Promise<Session> {
    const session = new Session(
      new Client({
        ...{ connectionString: url, connectionTimeoutMillis: 10_000 },
        ...{ keepAlive: true, keepAliveInitialDelayMillis: 10_000 },
      }),
    )
    // A connection that is cut is told by the query that is under way, or the next one.
    session.client.on('error', () => {})
    try {
      await session.client.connect()
      await session.#prepare()
    } catch (error) {
      await session[Symbol.asyncDispose]()
      throw error
    }
    return session
  }

  /** From now on all that is read is of this moment, which is returned; writers go on. */
  async freeze(): Promise<Date> {
    await this.client.query('begin isolation level repeatable read')
    return this.#now()
  }

  /**
   * The same, and from now on whoever writes waits, until {@link release}.
   *
   * @throws {Error} if the server knows no such locks, or transactions don't end
   */
  async stopWriters(tables: Table[]): Promise<Date> {
    const names = tables.map(({ name }) => quoted(name)).join(', ')
    let attempt = 0
    const stop = async () => {
      attempt++
      await this.client.query('begin isolation level repeatable read')
      try {
        await this.client.query(`set local lock_timeout = ${attempt * lockMs}`)
        await this.client.query(`lock table ${names} in share mode`)
        // The first query after it sees what was committed before it was granted.
        return await this.#now()
      } catch (error) {
        await this.release()
        throw new LockRefused(error instanceof Error ? error : new Error(String(error)))
      }
    }
    return retryConflicts(stop, locking)
  }

  /** @throws {Error} if the connection was cut, as those who write go on then */
  async mustStopWriters(): Promise<void> {
    try {
      await this.client.query({ text: 'select 1', query_timeout: answerMs } as QueryConfig)
    } catch (error) {
      throw new LockLost({ cause: error })
    }
  }

  async release(): Promise<void> {
    await this.client.query('rollback')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end()
  }

  // Of the transaction's snapshot, or just before it.
  async #now(): Promise<Date> {
    const { rows } = await this.client.query<{ now: Date }>('select clock_timestamp() as now')
    return rows[0]?.now ?? new Date()
  }

  async #prepare(): Promise<void> {
    if (await isPooled(this.client)) {
      throw new OperatorError(
        `${this.name} is a pooler such as PgBouncer, and a move locks for as long as its session lasts. Nothing was changed. Name the server itself.`,
      )
    }
    for (const [setting, value] of settings) {
      await this.client.query('select set_config($1, $2, false)', [setting, value])
    }
    const { rows } = await this.client
      .query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [lockNumber])
      .catch((error) => {
        if (isAny(noLocks, error)) return { rows: [] }
        throw error
      })
    if (rows[0]?.free === false) throw new Error(`Another move is under way with ${this.name}.`)
    await this.#mustKnowText()
  }

  // It would send bytes that are no text, and another text would be kept on the other side.
  async #mustKnowText(): Promise<void> {
    const { rows } = await this.client.query<{ encoding: string }>(
      `select current_setting('server_encoding') as encoding`,
    )
    if (rows[0]?.encoding !== 'SQL_ASCII') return
    throw new Error(
      `${this.name} takes any bytes for text, as its encoding is SQL_ASCII. Make a database with ENCODING 'UTF8', and bring what this one has there with pg_dump first.`,
    )
  }
}

class LockLost extends OperatorError {
  constructor(options: ErrorOptions) {
    super(
      'The connection to PostgreSQL was cut, and with it those who write go on: what they write is not in the bucket. Switch again, with --replace.',
      options,
    )
  }
}

/** The server does not stop who writes. */
class LockRefused extends OperatorError {
  constructor(cause: Error) {
    const isBusy = isAny(locking.states, cause)
    super(
      isBusy
        ? 'Transactions that write did not end for long enough to stop all of them. Nothing was changed; try again.'
        : `This server does not stop who writes (it says: ${cause.message}). Stop the service, and run it again with --stopped.`,
      { cause },
    )
  }
}

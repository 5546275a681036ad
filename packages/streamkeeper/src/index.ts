import type { Database } from 'better-sqlite3'
import { releaseId, releaseInWords, sourceUrl } from './server/release-name.ts'
import { addJob, type Job, type Runtime, runtime, shared, type Writer } from './server/runtime.ts'
import { refuseDurable } from './server/scopes.ts'

export { arrivedHeader, clientHeader } from './server/client.ts'
export type { Fact } from './server/facts.ts'
export { log, logSometimes, reasonOf } from './server/log.ts'
export { nonceOf } from './server/nonce.ts'
export { onPostgres } from './server/runtime.ts'
export type { Event } from './sqlite/events.ts'
export type { Job, Writer }

/** What an instance is doing, and what happened before: lines of a page for operators. */
export type Status = Awaited<ReturnType<Runtime['status']>>

/** How far what is written has come. */
export type Replicated = ReturnType<Runtime['replicated']>

/**
 * The connection of the request, or of the job, that runs at this moment. It is one object for good, so that it can be
 * taken at the top of a module: `drizzle({ client: sqlite() })`. Each access goes to the connection that is
 * right then, as a restore puts another file in its place: prepare statements when they are needed, and end
 * each transaction, and each iteration over rows, before anything is awaited. It can only read unless the
 * request was admitted as a write.
 *
 * @throws {Error} on access, where no request is being served, or there is no database yet
 */
export function sqlite(): Database {
  return connection
}

// Drizzle asks for the constructor's name where there is no request yet, and takes an Object for its options.
class Connection {}

const connection = new Proxy(new Connection() as Database, {
  get(target, name) {
    if (name === 'constructor') return target.constructor
    if (name === 'close') return refuseToClose
    if (name === itself) return currentConnection()
    const current = currentConnection()
    const value: unknown = Reflect.get(current, name, current)
    return typeof value === 'function' ? value.bind(current) : value
  },
  set: (_, name, value) => Reflect.set(currentConnection(), name, value),
  has: (_, name) => Reflect.has(currentConnection(), name),
})

// Of all copies of this module in the process.
const itself = Symbol.for('streamkeeper.connection')

/**
 * The connection that {@link sqlite} stands for at this moment, of which a restore makes another: what belongs to
 * it, such as prepared statements, is kept in a WeakMap by it. Any other connection stands for itself.
 *
 * @throws {Error} where no request is being served, or there is no database yet
 */
export function connectionOf(client: Database): Database {
  return Reflect.get(client, itself) ?? client
}

// All requests share it, and the machine writes by it what a handover needs.
function refuseToClose(): never {
  throw new Error('The server opens and closes this connection: leave the call of close() out.')
}

function currentConnection(): Database {
  const scope = shared.scopes.getStore()
  if (scope) return scope.connection()
  throw new Error(
    'There is no request that the database could be used for. A page that is rendered in the build awaits `connection()` of next/server first; code at the top of a module asks the database nothing.',
  )
}

/** What was written is on this disk, and nobody may be told that it is safe: it may reach the bucket, or not. */
export class NotDurable extends Error {
  override readonly name = 'NotDurable'
  /** Names the reason for good, such as `bucket-unreachable`, `lease-lost`, `not-committed` or `not-a-write`. */
  readonly code: string
  /** When to try again, in seconds. */
  readonly retryAfter = 5

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    this.code = typeof code === 'string' ? code : 'failed'
  }
}

/**
 * Whether what has failed may have been written nevertheless, as PostgreSQL did not answer. Pages know another copy of
 * the error's class, so it is known by its code.
 */
export function isUnclear(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'database-unclear'
}

/**
 * Resolves once the bucket has all that this request has written: only then may anybody be told that it is safe.
 * Many who wait share an upload. It takes about as long as one, and fails after 10 s of trying.
 *
 * On PostgreSQL it waits for nothing, as each commit is durable.
 *
 * @throws {NotDurable} if that can't be promised; always outside of a request or job, in a request that was not
 *   admitted as a write, while a transaction is open, and where the leadership that has admitted it is over
 */
export async function durable(): Promise<void> {
  try {
    await (shared.scopes.getStore()?.durable ?? refuseDurable)()
  } catch (error) {
    throw new NotDurable(error)
  }
}

/**
 * Runs a job in the background on the one instance that leads: from when it begins to lead, or at once if it
 * does. `sqlite()` writes and `durable()` waits in it as in a request that writes. Its signal aborts when the
 * instance leads no more; an error is logged, and the next leadership runs it again. On
 * PostgreSQL one of the instances runs the jobs. No reader does.
 *
 * @returns what takes the job away again
 */
export function whileLeading(job: Job): () => void {
  return addJob(job)
}

/** How far what is written has come, for everybody: no name, path or address is in it. It waits for nothing. */
export function replicated(): Replicated {
  return runtime().replicated()
}

/** What this instance is doing, for operators. It asks the bucket, for 2 s at most. */
export function status(): Promise<Status> {
  return runtime().status()
}

/**
 * The release that answers: `id` is another text for each, `name` is for people, as in `app-00012 (0.1.0, 5e2fdbf)`,
 * and `source` is where its sources are, if it says so.
 */
export function release(): { id: string; name: string; source: string | null } {
  return { id: releaseId(), name: releaseInWords(), source: sourceUrl() }
}

/** On a reader, the service that writes; null elsewhere. */
export function writer(): Writer | null {
  return shared.runtime?.writer ?? null
}

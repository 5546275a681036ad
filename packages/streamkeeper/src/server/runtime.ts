import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from 'better-sqlite3'
import type { Event } from '../sqlite/events.ts'
import type { Fact } from './facts.ts'
import type { Replicated } from './live-facts.ts'

/** What one request, or one job, may do. */
export type Scope = {
  /** The connection that is right at this moment; it can only read where the scope may not write. */
  connection(): Database
  /**
   * Resolves once all that was committed in this scope before the call is in the bucket. Any error means that
   * this can't be promised.
   */
  durable(): Promise<void>
  /**
   * Of a request: when all that it asks of PostgreSQL has to have ended, by `performance.now()`; null until it
   * asks. It has waited for `waitedMs` before. A job has none.
   */
  deadline?: { endsAtMs: number | null; waitedMs: number }
  /** What PostgreSQL is asked by, if not by the connections to the primary. */
  pool?: object
  /** Whether what is read may come from a standby, where there is one. */
  mayLag?: boolean
  /** Told where it comes from there though it was not to. */
  onLag?(): void
}

/** Work in the background; `signal` aborts when this instance leads no more. */
export type Job = (signal: AbortSignal) => Promise<void> | void

/** The service that writes, as a reader asks it. */
export type Writer = {
  /**
   * @param path with its query
   * @throws {Error} if there is no answer within `timeoutMs`
   */
  fetch(
    path: string,
    asked: { method: string; headers: Record<string, string>; timeoutMs: number },
  ): Promise<{ status: number; json(): Promise<unknown> }>
}

/** What pages, and whatever else the app runs, may ask of the process that serves them. */
export type Runtime = {
  /** How far what is written has come, for everybody; from memory. */
  replicated(): Replicated
  /** What this instance is doing, for operators. */
  status(): Promise<{ facts: Fact[]; events: Event[] }>
  /** Runs a job whenever this instance leads; returns what takes it away. None ever leads without this. */
  whileLeading?(job: Job): () => void
  /** On a reader alone. */
  writer?: Writer
}

type Shared = {
  runtime: Runtime | null
  scopes: AsyncLocalStorage<Scope>
  /** Those that were added, each with what takes it away once the server has begun it. */
  jobs: Set<{ job: Job; remove: () => void }>
  /** The pool of a server on PostgreSQL, and what is told that the database may be away; null elsewhere. */
  postgres: {
    pool: object
    onProblem(): void
    standby?: { pool: object; isFresh: boolean; isThere: boolean } | null
  } | null
}

// The server, the pages that Next bundles, and the app's configuration are module graphs of their own, in
// which a module's variable would exist several times; the global registry of symbols exists once.
const key = Symbol.for('streamkeeper')
const global = globalThis as { [key]?: Shared }

/** What all copies of this module in the process share. */
export const shared: Shared = global[key] ?? {
  runtime: null,
  scopes: new AsyncLocalStorage(),
  jobs: new Set(),
  postgres: null,
}
global[key] = shared

export function publishRuntime(runtime: Runtime): void {
  shared.runtime = runtime
  for (const added of shared.jobs) begin(added)
}

export function runtime(): Runtime {
  const { runtime } = shared
  if (!runtime) throw new Error('This needs the server: run it with `npm start`.')
  return runtime
}

/** Adds a job, also before there is a server. */
export function addJob(job: Job): () => void {
  const added = { job, remove: () => {} }
  shared.jobs.add(added)
  begin(added)
  return () => {
    shared.jobs.delete(added)
    added.remove()
  }
}

function begin(added: { job: Job; remove: () => void }): void {
  const remove = shared.runtime?.whileLeading?.(added.job)
  if (remove) added.remove = remove
}

/** Whether this process keeps the app's data in PostgreSQL. */
export function onPostgres(given?: Record<string, string | undefined>): boolean {
  // Next reads `.env` when the server has chosen already, and may find a DATABASE_URL there.
  if (!given && shared.runtime) return shared.postgres !== null
  const { ROLE, DATABASE_URL } = given ?? process.env
  return ROLE !== 'reader' && Boolean(DATABASE_URL)
}

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database } from 'better-sqlite3'
import type { Replicated } from '../../../../app/live/replicated.ts'
import type { Data } from '../../../../db/data.ts'
import type { Event } from '../sqlite/events.ts'
import type { Admin } from './admin.ts'
import type { Fact } from './facts.ts'

/** What one request, or one job, may do. */
export type Scope = {
  /** The connection that is right at this moment; it can only read where the scope may not write. */
  connection(): Database
  /** As {@link Runtime.durable}, of what was written in this scope. */
  durable(): Promise<void>
}

/** What pages, and whatever else the app runs, may ask of the process that serves them. */
export type Runtime = {
  data: Data
  /**
   * Resolves once all that was committed before the call is in the bucket. Any error means that
   * this can't be promised.
   */
  durable(): Promise<void>
  /** How far what is written has come, for everybody; from memory. */
  replicated(): Replicated
  /** What this instance is doing, for operators. */
  status(): Promise<{ facts: Fact[]; events: Event[] }>
  admin: Admin
}

type Shared = {
  runtime: Runtime | null
  scopes: AsyncLocalStorage<Scope>
}

// The server, the pages that Next bundles, and the app's configuration are module graphs of their own, in
// which a module's variable would exist several times; the global registry of symbols exists once.
const key = Symbol.for('streamkeeper')
const global = globalThis as { [key]?: Shared }

/** What all copies of this module in the process share. */
export const shared: Shared = global[key] ?? { runtime: null, scopes: new AsyncLocalStorage() }
global[key] = shared

export function publishRuntime(runtime: Runtime): void {
  shared.runtime = runtime
}

export function runtime(): Runtime {
  const { runtime } = shared
  if (!runtime) throw new Error('This needs the server: run it with `npm start`.')
  return runtime
}

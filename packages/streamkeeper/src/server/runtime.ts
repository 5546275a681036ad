import type { Replicated } from '../../../../app/live/replicated.ts'
import type { Data } from '../../../../db/data.ts'
import type { Event } from '../sqlite/events.ts'
import type { Admin } from './admin.ts'
import type { Fact } from './facts.ts'

/** What the pages may ask of the process that serves them. */
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

// Next bundles the pages into module graphs of their own, so a module's variable would exist
// several times; the global registry of symbols exists once.
const key = Symbol.for('runtime')
const global = globalThis as { [key]?: Runtime }

export function publishRuntime(runtime: Runtime): void {
  global[key] = runtime
}

export function runtime(): Runtime {
  const published = global[key]
  if (!published) throw new Error('This page needs the server: run it with `npm start`.')
  return published
}

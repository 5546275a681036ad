import { type Event, listEvents, recordEvents } from '../sqlite/events.ts'
import type { Database } from '../sqlite/open.ts'
import { log, reasonOf } from './log.ts'

export const eventKinds = [
  'started',
  'leads',
  'stepped-down',
  'could-not-lead',
  'bucket-fails',
  'bucket-is-back',
] as const

export type EventKind = (typeof eventKinds)[number]

/**
 * What happened to this instance. Only a leader can write it down, so what happens before is kept in
 * memory until then, and lost with an instance that never leads.
 */
export class Events {
  readonly #instance: string
  readonly #now: () => Date
  readonly #counts = new Map<EventKind, number>()
  #unsaved: Event[] = []

  constructor(instance: string, now = () => new Date()) {
    this.#instance = instance
    this.#now = now
  }

  /** How often it happened since the process started. */
  count(kind: EventKind): number {
    return this.#counts.get(kind) ?? 0
  }

  note(kind: EventKind, detail: string): void {
    this.#counts.set(kind, this.count(kind) + 1)
    const last = this.#unsaved.at(-1)
    // Each request of an outage would be an event.
    if (last?.kind === kind && last.detail === detail) return
    const at = this.#now().toISOString()
    this.#unsaved = [...this.#unsaved.slice(-99), { at, kind, instance: this.#instance, detail }]
  }

  /** Writes down what was noted since the last time; what can't be written now is kept. */
  save(database: Database): void {
    try {
      recordEvents(database, this.#unsaved)
      this.#unsaved = []
    } catch (error) {
      log('WARNING', `What happened could not be written down: ${reasonOf(error)}`)
    }
  }

  /** The last `limit` events of all instances, newest first. */
  recent(database: Database | null, limit: number): Event[] {
    const saved = database ? listEvents(database, limit) : []
    return [...this.#unsaved.toReversed(), ...saved].slice(0, limit)
  }
}

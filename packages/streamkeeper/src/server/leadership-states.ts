import type { Lease } from '../lease/lease.ts'
import type { Litestream } from '../litestream/litestream.ts'
import type { Replication } from '../litestream/replication.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import type { Store } from '../stores/store.ts'
import type { Beginning } from './begin-epoch.ts'
import type { EventKind, Events } from './events.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import type { Lifecycle, Problem } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'
import type { CopyRefresh } from './refresh-copy.ts'
import type { LeadershipTiming } from './timing.ts'

/** What a leadership works with. */
export type LeadershipParts = {
  lease: Lease
  store: Store
  litestream: Litestream
  database: LocalDatabase
  lifecycle: Lifecycle
  events: Events
  /** Told how many milliseconds each upload took that somebody waited for. */
  onSync: (ms: number) => void
  /** The base URL of the replica. */
  base: string
  timing: LeadershipTiming
  onGone: (error: unknown) => void
}

/** What its transitions work with besides. */
export type LeadershipMeans = LeadershipParts & {
  keeper: LeaseKeeper
  /** Writes down what happened, where there is a database. */
  record: (kind: EventKind, detail: string) => void
}

export function noLease(base: string): ReplicationProblem {
  return new ReplicationProblem('lease-lost', base, 'no lease')
}

/** One leadership of this instance: from the beginning of its epoch until Litestream has closed the file. */
export type Term = {
  epoch: number
  beginning: Beginning
  replication: Replication
  /** The requests and jobs that were let in, until each is done. */
  writers: Set<Promise<unknown>>
  /** Up to where all is in the bucket, as EPOCH-TXID; null where nothing was made durable yet. */
  position: string | null
  /** Whether another instance may have the lease when it asks for it. */
  mayHandOver: () => boolean
  /** Settles when this epoch is what others restore. */
  restorable: Promise<void>
  /** Aborts when no more writes are let in. */
  ended: AbortController
}

/** Why this instance could not lead, and until when (by `performance.now()`) it doesn't try again. */
export type Refusal = { error: unknown; pauseMs: number; untilMs: number }

/** Who only has to wait for the other goes on asking; all else is refused for ever longer. */
export function refusalFor(error: unknown, last: Refusal | null, firstMs: number): Refusal | null {
  if (error instanceof ReplicationProblem && error.code === 'lease-held') return last
  const pauseMs = Math.min(last ? 2 * last.pauseMs : firstMs, 16 * firstMs)
  return { error, pauseMs, untilMs: performance.now() + pauseMs }
}

export type Following = {
  name: 'following'
  /** Why it does not lead any more, or could not. */
  problem: Problem | null
  refusal: Refusal | null
  /** Until when, by `performance.now()`, it leaves the lease to whoever wanted it. */
  yieldUntilMs: number
  refresh: CopyRefresh
}

/** `done` settles when it leads, or follows again. */
export type Acquiring = { name: 'acquiring'; done: Promise<void> }

/** Also while the lease has run out, until it is known that another instance has it. */
export type Leading = { name: 'leading'; term: Term }

/** `done` settles when it follows again, or has ended. */
export type SteppingDown = { name: 'stepping-down'; term: Term; done: Promise<void> }

/** It never leads again: the process stops. */
type Ended = { name: 'ended' }

export type State = Following | Acquiring | Leading | SteppingDown | Ended

export const transitions = {
  following: ['acquiring', 'ended'],
  acquiring: ['leading', 'following'],
  leading: ['stepping-down'],
  // It has ended where that fails, as where Litestream does not close the file.
  'stepping-down': ['following', 'ended'],
  ended: [],
} as const satisfies Record<State['name'], readonly State['name'][]>

export type Next<From extends State> = From extends State
  ? Extract<State, { name: (typeof transitions)[From['name']][number] }>
  : never

/** Says what this instance is doing; after the end that is not for the leadership to say. */
export function show(lifecycle: Lifecycle, state: State): void {
  if (state.name === 'following') lifecycle.enter({ name: 'following', problem: state.problem })
  if (state.name === 'acquiring') lifecycle.enter({ name: 'acquiring', step: 'lease' })
  if (state.name === 'leading') {
    const { epoch, replication } = state.term
    lifecycle.enter({ name: 'leading', epoch, replication })
  }
  if (state.name === 'stepping-down') {
    lifecycle.enter({ name: 'stepping-down', epoch: state.term.epoch })
  }
}

/** Holds the state of a leadership, and takes no transition but those of the table. */
export class StateMachine {
  #state: State
  readonly #onEnter: (next: State) => void

  constructor(first: State, onEnter: (next: State) => void = () => {}) {
    this.#state = first
    this.#onEnter = onEnter
  }

  get state(): State {
    return this.#state
  }

  /**
   * @param from the very state that ends: what goes on from an earlier one has missed something
   * @throws {Error} if it isn't the present state, or `next` can't follow it
   */
  enter<From extends State>(from: From, next: Next<From>): void {
    const allowed: readonly string[] = transitions[from.name]
    if (this.#state !== from || !allowed.includes(next.name)) {
      throw new Error(
        `No transition from ${from.name} to ${next.name}: the state is ${this.#state.name}.`,
      )
    }
    this.#state = next
    this.#onEnter(next)
  }
}

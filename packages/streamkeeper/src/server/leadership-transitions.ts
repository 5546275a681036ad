import type { Health } from '../litestream/replication.ts'
import type { EventKind } from './events.ts'
import { watchReplication } from './keep-epoch.ts'
import {
  type Acquiring,
  type Following,
  type LeadershipMeans,
  type LeadershipParts,
  type Leading,
  refusalFor,
  type State,
  StateMachine,
  type SteppingDown,
  show,
  type Term,
} from './leadership-states.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import { problemOf } from './lifecycle.ts'
import { log, reasonOf } from './log.ts'
import { News } from './news.ts'
import { CopyRefresh } from './refresh-copy.ts'
import { abandon, closeFile, handOver, type Release } from './step-down.ts'
import { type Acquired, TakeOver } from './take-over.ts'

/** The transitions of a leadership: what alone changes its state. */
export class Transitions {
  readonly #means: LeadershipMeans
  readonly #machine: StateMachine
  readonly #takeOver: TakeOver
  readonly #onLead: (term: Term) => void
  readonly #isEnding: () => boolean
  readonly #news = new News()

  /**
   * @param onLead told of each leadership that begins
   * @param isEnding whether the process is about to stop
   */
  constructor(
    parts: LeadershipParts,
    keeper: LeaseKeeper,
    onLead: (term: Term) => void,
    isEnding: () => boolean,
  ) {
    const { lease, database, events, lifecycle } = parts
    const record = (kind: EventKind, detail: string) => {
      events.note(kind, detail)
      if (database.current) events.save(database.current)
    }
    this.#means = { ...parts, keeper, record }
    this.#takeOver = new TakeOver(this.#means, (epoch) => this.term?.epoch === epoch)
    this.#onLead = onLead
    this.#isEnding = isEnding
    const first: Following = {
      ...{ name: 'following', problem: null, refusal: null, yieldUntilMs: 0 },
      refresh: new CopyRefresh(lease, database),
    }
    this.#machine = new StateMachine(first, (next) => show(lifecycle, next))
  }

  get state(): State {
    return this.#machine.state
  }

  /** null unless this instance leads, or is just stepping down. */
  get term(): Term | null {
    return 'term' in this.state ? this.state.term : null
  }

  /** following → ended */
  end(from: Following): void {
    this.#machine.enter(from, { name: 'ended' })
  }

  /** following → acquiring, and → leading or back */
  acquire(from: Following): void {
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const acquiring: Acquiring = { name: 'acquiring', done }
    this.#machine.enter(from, acquiring)
    resolve(this.#tryToLead(from, acquiring))
  }

  async #tryToLead(from: Following, acquiring: Acquiring): Promise<void> {
    const { lease, database, timing, events } = this.#means
    let acquired: Acquired | null = null
    try {
      acquired = await this.#takeOver.acquire(from, this.#isEnding)
      const term = await this.#takeOver.begin(acquired)
      const leading: Leading = { name: 'leading', term }
      this.#machine.enter(acquiring, leading)
      this.#news.end()
      this.#keep(leading)
    } catch (error) {
      const problem = problemOf(error)
      if (this.#news.isNew(problem.code)) {
        log('ERROR', `This instance can't lead: ${reasonOf(error)}`, { code: problem.code })
        events.note('could-not-lead', reasonOf(error))
      }
      const refusal = refusalFor(error, from.refusal, timing.pauseMs)
      if (acquired) {
        database.follow(null)
        await lease.release().catch(() => {})
      }
      this.#machine.enter(acquiring, { ...from, problem, refusal })
      throw error
    }
  }

  async #keep(leading: Leading): Promise<void> {
    const { replication, mayHandOver, ended } = leading.term
    this.#onLead(leading.term)
    watchReplication(replication, ended.signal, (health) => this.#report(health)).catch((error) => {
      if (!ended.signal.aborted) this.#means.onGone(error)
    })
    const { keeper } = this.#means
    const over = await keeper.untilOver(mayHandOver, ended.signal)
    if (over === 'lost') this.abandon(leading, keeper.problem)
    if (over === 'wanted') this.handOver(leading, 'another instance wants to lead')
  }

  /** leading → stepping-down, with all that was written in the bucket */
  handOver(leading: Leading, why: string): void {
    // One that begins while the server drains has to be over by the end as well.
    const isLast = this.#isEnding() || this.#means.lifecycle.draining
    this.#stepDownFrom(leading, why, () =>
      handOver(this.#means, leading.term, why, isLast ? 'atTheEnd' : 'asked'),
    )
  }

  /** leading → stepping-down, as the lease is lost */
  abandon(leading: Leading, problem: Error): void {
    this.#stepDownFrom(leading, reasonOf(problem), () =>
      abandon(this.#means, leading.term, problem),
    )
  }

  /** Does nothing where that leadership has ended by now: there may be several reasons at once. */
  #stepDownFrom(leading: Leading, why: string, release: () => Promise<Release>): void {
    if (this.#machine.state !== leading) return
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const down: SteppingDown = { name: 'stepping-down', term: leading.term, done }
    log('INFO', `Stepping down: ${why}.`)
    this.#machine.enter(leading, down)
    leading.term.ended.abort()
    resolve(this.#follow(down, release()))
  }

  // → following, or → ended where that fails
  async #follow(down: SteppingDown, releasing: Promise<Release>): Promise<void> {
    const { lease, database, timing, onGone } = this.#means
    const startMs = performance.now()
    let problem: Error | null
    try {
      const release = await releasing
      problem = release.problem
      await closeFile(this.#means, down.term.replication)
      database.follow(release.generation)
    } catch (error) {
      // Where Litestream has not closed the file, it would have two who replicate it once it is registered
      // again; what else fails leaves it half-way. A restart ends both.
      this.#machine.enter(down, { name: 'ended' })
      return onGone(error)
    }
    this.#machine.enter(down, {
      ...{ name: 'following', refusal: null, refresh: new CopyRefresh(lease, database) },
      problem: problem && problemOf(problem),
      yieldUntilMs: problem ? 0 : performance.now() + timing.yieldMs,
    })
    log('INFO', 'Following.', { ms: Math.round(performance.now() - startMs) })
  }

  #report(health: Health): void {
    if (health.status === 'healthy') {
      log('INFO', 'What is written reaches the bucket again.')
      this.#means.record('bucket-is-back', 'What is written reaches the bucket again.')
    } else {
      const { message, code } = health.problem
      log('ERROR', `What is written does not reach the bucket. ${message}`, { code })
      this.#means.record('bucket-fails', message)
    }
  }
}

import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { requestKind } from '../app/request-kind.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import { within } from '../replication/within.ts'
import type { Leadership } from './leadership.ts'
import { type Lifecycle, type Problem, problemOf } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'
import { tellPosition } from './position.ts'
import { answerUnavailable } from './unavailable.ts'

// Longer than a handover, and no longer than a person waits.
const patienceMs = 5_000

/** Lets each request in when this instance can serve it: what writes only while it leads. */
export class Gate {
  readonly #leadership: Pick<
    Leadership,
    'isLeading' | 'lead' | 'admit' | 'refreshSoon' | 'position'
  >
  readonly #database: Pick<LocalDatabase, 'current' | 'ageMs'>
  readonly #lifecycle: Lifecycle
  #pages: RequestListener = () => {}

  constructor(
    leadership: Pick<Leadership, 'isLeading' | 'lead' | 'admit' | 'refreshSoon' | 'position'>,
    database: Pick<LocalDatabase, 'current' | 'ageMs'>,
    lifecycle: Lifecycle,
  ) {
    this.#leadership = leadership
    this.#database = database
    this.#lifecycle = lifecycle
  }

  /** From now on requests are served; before, nobody may ask. */
  open(pages: RequestListener): void {
    this.#pages = pages
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const kind = requestKind(request)
    const writes = kind === 'visit' || kind === 'write'
    // Where there is no database yet, whoever leads makes it.
    if (writes || (kind === 'read' && !this.#database.current)) {
      const refused = await this.#refusal()
      if (refused) return answerUnavailable(request, response, refused)
      // Whoever asked has gone meanwhile, and there will be no further "close" to wait for.
      if (response.closed) return
      if (kind === 'write') tellPosition(response, () => this.#leadership.position)
      const done = once(response, 'close')
      return this.#leadership.admit(done, () => this.#pages(request, response))
    }
    if (kind === 'read' && this.#lifecycle.state.name !== 'leading') {
      response.setHeader('x-copy-age-seconds', Math.round(this.#database.ageMs / 1000))
      this.#leadership.refreshSoon()
    }
    this.#pages(request, response)
  }

  async #refusal(): Promise<Problem | null> {
    if (this.#leadership.isLeading) return null
    try {
      await within(patienceMs, this.#leadership.lead(), () => {
        return new ReplicationProblem('lease-held', '', `${patienceMs} ms`)
      })
      return null
    } catch (error) {
      return problemOf(error)
    }
  }
}

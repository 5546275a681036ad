import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Notice } from '../config.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { withTimeout } from '../with-timeout.ts'
import { appOf, isReading, requestKind } from './app.ts'
import type { Pages } from './handle.ts'
import type { Leadership } from './leadership.ts'
import { type Lifecycle, type Problem, problemOf } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'
import { preview } from './may-lead.ts'
import { tellPosition } from './position.ts'
import { readScope, writeScope } from './scopes.ts'
import { answerUnavailable, refuseToWrite } from './unavailable.ts'

// Longer than a handover, and than the lease of a leader that has crashed needs to run out; no longer
// than a person waits. What is served without writing, too, doesn't wait for what those before have
// waited for in vain.
const patienceMs = { write: 7_000, ifPossible: { first: 2_000, again: 200 } }

type Parts = {
  leadership: Pick<
    Leadership,
    'isLeading' | 'lead' | 'admit' | 'durable' | 'refreshInBackground' | 'position'
  >
  database: Pick<LocalDatabase, 'current' | 'open' | 'reading' | 'ageMs' | 'isAhead'>
  lifecycle: Pick<Lifecycle, 'state' | 'bar'>
  /** Whether a request may only look, whatever this instance may do. */
  isPreview?: (request: IncomingMessage) => boolean
}

/**
 * Lets each request in when this instance can serve it: what writes only while it leads, what can be
 * read from the copy whatever happens.
 */
export class Gate {
  readonly #parts: Parts
  #pages: Pages = () => {}
  #ifPossibleMs = patienceMs.ifPossible.first

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** From now on requests are served; before, nobody may ask. */
  open(pages: Pages): void {
    this.#pages = pages
  }

  /** How long what writes if possible waits next for this instance to lead. */
  get ifPossibleMs(): number {
    return this.#ifPossibleMs
  }

  serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return readScope(this.#parts.database, () => this.#serve(request, response))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const kind = requestKind(request)
    if (kind === 'static' || kind === 'nothing') return this.#pages(request, response)
    const ifPossible = kind === 'write-if-possible'
    const bar = this.#bar(request)
    // Readers of this release wait for the data to be migrated, and a read may be all that ever comes.
    if (!bar && this.#parts.database.isAhead) this.#parts.leadership.lead().catch(() => {})
    const isReadable = kind === 'read' || (ifPossible && isReading(request))
    const canRead = isReadable && this.#parts.database.current !== null
    if (canRead && (bar || !ifPossible))
      return this.#read(request, response, noticeFor(bar, ifPossible))
    // Where there is no database yet, whoever leads makes it: not for a page that isn't there.
    if (isReadable && appOf(request).routes?.find(request) === 'no-route') {
      return this.#pages(request, response)
    }
    // Only a look at the lease tells that the bar has gone, or that there is a copy now.
    if (bar && !this.#parts.leadership.isLeading) this.#parts.leadership.refreshInBackground()
    const refused = bar ?? (await this.#refusal(kind === 'write'))
    // Whoever asked has gone meanwhile, and there will be no further "close" to wait for.
    if (response.closed) return
    if (!refused) return this.#write(request, response, kind === 'write')
    if (canRead) return this.#read(request, response, noticeFor(refused, ifPossible))
    if (isReadable) return answerUnavailable(request, response, refused)
    refuseToWrite(request, response, refused)
  }

  #write(request: IncomingMessage, response: ServerResponse, isTold: boolean): void {
    const { leadership, database } = this.#parts
    if (isTold) tellPosition(response, () => leadership.position)
    leadership.admit(once(response, 'close'), () =>
      writeScope(database, leadership, () => this.#pages(request, response)),
    )
  }

  #read(request: IncomingMessage, response: ServerResponse, notice: Notice | null): void {
    const { leadership, database } = this.#parts
    // Also where the lease has run out and this process has not noticed yet.
    if (!leadership.isLeading) {
      leadership.refreshInBackground()
      response.setHeader('x-copy-age-seconds', Math.round(database.ageMs / 1000))
    }
    this.#pages(request, response, notice)
  }

  #bar(request: IncomingMessage): Problem | null {
    const { isPreview, leadership, lifecycle } = this.#parts
    if (isPreview?.(request)) return problemOf(preview)
    return leadership.isLeading ? null : lifecycle.bar
  }

  async #refusal(isWrite: boolean): Promise<Problem | null> {
    const { leadership } = this.#parts
    try {
      if (!leadership.isLeading) {
        const waitMs = isWrite ? patienceMs.write : this.#ifPossibleMs
        await withTimeout(waitMs, leadership.lead(), () => {
          return new ReplicationProblem('lease-held', '', `${waitMs} ms`)
        })
      }
      this.#ifPossibleMs = patienceMs.ifPossible.first
      return null
    } catch (error) {
      this.#ifPossibleMs = patienceMs.ifPossible.again
      return problemOf(error)
    }
  }
}

function noticeFor(problem: Problem | null, ifPossible: boolean): Notice | null {
  const code = problem?.code
  if (code === 'preview' || code === 'older-release') return code
  return ifPossible ? 'not-written' : null
}

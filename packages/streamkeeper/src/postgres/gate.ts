import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Notice } from '../config.ts'
import { tellAge } from '../readers/answers.ts'
import type { Position } from '../readers/position.ts'
import { givePosition, takePosition } from '../readers/position-cookie.ts'
import { requestKind } from '../server/app.ts'
import type { Pages } from '../server/handle.ts'
import { type Scope, shared } from '../server/runtime.ts'
import { answerUnavailable, refuseToWrite } from '../server/unavailable.ts'
import type { NewerData } from './newer-data.ts'
import type { Reachability } from './reachability.ts'
import type { Standby } from './standby.ts'

/** Lets each request in when it can be served: what needs the database while that can be asked. */
export class Gate {
  readonly #reachability: Pick<Reachability, 'problem'>
  readonly #newer: Pick<NewerData, 'may' | 'problem'>
  readonly #standby: Pick<Standby, 'isThere' | 'isFresh' | 'ageMs' | 'holds' | 'written'> | null
  #pages: Pages = () => {}

  constructor(
    reachability: Pick<Reachability, 'problem'>,
    newer: Pick<NewerData, 'may' | 'problem'>,
    standby: Pick<Standby, 'isThere' | 'isFresh' | 'ageMs' | 'holds' | 'written'> | null = null,
  ) {
    this.#reachability = reachability
    this.#newer = newer
    this.#standby = standby
  }

  /** From now on requests are served; before, nobody may ask. */
  open(pages: Pages): void {
    this.#pages = pages
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const written = this.#standby && takePosition(request)
    if (!needsDatabase(request)) return this.#serve(request, response)
    const sinceMs = performance.now()
    const isWrite = requestKind(request) === 'write'
    const problem = await this.#reachability.problem()
    const isInstead = problem !== null && !isWrite && this.#standby?.isThere === true
    if (problem && !isInstead) return answerUnavailable(request, response, problem.summary)
    const older = this.#newer.problem
    if (older && this.#newer.may === 'nothing') return answerUnavailable(request, response, older)
    if (older && isWrite) return refuseToWrite(request, response, older)
    const holds = !written || (await this.#standby?.holds(written.txid)) === true
    // Whoever asked has gone meanwhile.
    if (response.closed) return
    const mayLag = isInstead || (isPlainRead(request) && holds && this.#standby?.isFresh === true)
    const onLag = () => {
      if (!this.#standby || response.headersSent) return
      tellAge(response, this.#standby.ageMs)
      if (!holds) response.setHeader('x-copy-is-behind', 'true')
    }
    if (mayLag) onLag()
    const notice = older ? 'older-release' : isInstead ? noticeInstead(request) : undefined
    this.#serve(request, response, notice, { mayLag, onLag, waitedMs: performance.now() - sinceMs })
  }

  #serve(
    request: IncomingMessage,
    response: ServerResponse,
    notice?: Notice,
    { mayLag = false, onLag = () => {}, waitedMs = 0 } = {},
  ): void {
    const asked: Scope = { ...scope, mayLag, onLag, deadline: { endsAtMs: null, waitedMs } }
    const standby = this.#standby
    if (standby && requestKind(request) === 'write')
      asked.durable = tellWritten(request, response, standby)
    shared.scopes.run(asked, () => this.#pages(request, response, notice))
  }
}

// What counts its visitor is shown with that.
function isPlainRead(request: IncomingMessage): boolean {
  return requestKind(request) === 'read'
}

function noticeInstead(request: IncomingMessage): Notice | undefined {
  return isPlainRead(request) ? undefined : 'not-written'
}

/** Has whoever has written read, from then on, what has it: when the head of the answer is sent. */
function tellWritten(
  request: IncomingMessage,
  response: ServerResponse,
  standby: Pick<Standby, 'written'>,
): () => Promise<void> {
  let position: Position | null = null
  const { writeHead } = response
  response.writeHead = (...head: unknown[]) => {
    if (position) givePosition(request, response, position)
    return Reflect.apply(writeHead, response, head)
  }
  return async () => {
    position = { epoch: 1, txid: await standby.written() }
  }
}

/** Runs a job, which goes on for as long as it wants. */
export function jobScope<T>(job: () => T): T {
  return shared.scopes.run(scope, job)
}

const scope: Scope = {
  connection() {
    throw new Error(
      'The app is on PostgreSQL here, as DATABASE_URL is set: use postgres() of streamkeeper/postgres.',
    )
  },
  // What is committed is.
  durable: async () => {},
}

function needsDatabase(request: IncomingMessage): boolean {
  const kind = requestKind(request)
  return kind !== 'static' && kind !== 'nothing'
}

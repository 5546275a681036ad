import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Notice } from '../config.ts'
import { requestKind } from '../server/app.ts'
import type { Pages } from '../server/handle.ts'
import { type Scope, shared } from '../server/runtime.ts'
import { answerUnavailable, refuseToWrite } from '../server/unavailable.ts'
import type { NewerData } from './newer-data.ts'
import type { Reachability } from './reachability.ts'

/** Lets each request in when it can be served: what needs the database while that can be asked. */
export class Gate {
  readonly #reachability: Pick<Reachability, 'problem'>
  readonly #newer: Pick<NewerData, 'may' | 'problem'>
  #pages: Pages = () => {}

  constructor(
    reachability: Pick<Reachability, 'problem'>,
    newer: Pick<NewerData, 'may' | 'problem'>,
  ) {
    this.#reachability = reachability
    this.#newer = newer
  }

  /** From now on requests are served; before, nobody may ask. */
  open(pages: Pages): void {
    this.#pages = pages
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (needsDatabase(request)) {
      const problem = await this.#reachability.problem()
      if (problem) return answerUnavailable(request, response, problem.summary)
      // Whoever asked has gone meanwhile.
      if (response.closed) return
      const older = this.#newer.problem
      if (older && this.#newer.may === 'nothing') {
        return answerUnavailable(request, response, older)
      }
      if (older && requestKind(request) === 'write') return refuseToWrite(request, response, older)
      if (older) return this.#serve(request, response, 'older-release')
    }
    this.#serve(request, response)
  }

  #serve(request: IncomingMessage, response: ServerResponse, notice?: Notice): void {
    const asked = { ...scope, deadline: { endsAtMs: null } }
    shared.scopes.run(asked, () => this.#pages(request, response, notice))
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

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { requestKind } from '../server/app.ts'
import { bodyOf, isForm } from '../server/body-of.ts'
import { log } from '../server/log.ts'
import { refuse } from '../server/refuse.ts'
import { readScope } from '../server/scopes.ts'
import { answerUnavailable } from '../server/unavailable.ts'
import { insteadOf500, tellAge } from './answers.ts'
import type { Follower } from './follower.ts'
import type { Position } from './position.ts'
import { givePosition, takeAwayPosition, takePosition } from './position-cookie.ts'
import { ReaderProblem, shownProblem } from './problem.ts'
import type { Writer } from './writer.ts'

// A copy is usually there after a tenth of it; then the writer answers.
const patienceMs = 2_000

type Reads = Pick<Follower, 'reach' | 'hear' | 'ageMs' | 'unread' | 'available' | 'reading'>

/** Answers each request from the copy, or has the writer do it. */
export class Gate {
  readonly #follower: Reads
  readonly #writer: Pick<Writer, 'pass'>
  #pages: RequestListener = () => {}
  #isOpen = false

  constructor(follower: Reads, writer: Pick<Writer, 'pass'>) {
    this.#follower = follower
    this.#writer = writer
  }

  /** From now on requests are served; before, nobody may ask. */
  open(pages: RequestListener): void {
    this.#pages = pages
    this.#isOpen = true
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const written = takePosition(request)
    const kind = requestKind(request)
    if (kind === 'write') return this.#write(request, response)
    if (written && (kind === 'read' || kind === 'write-if-possible')) {
      switch (await this.#follower.reach(written, patienceMs)) {
        case 'not-yet':
          return this.#readThere(request, response, written)
        case 'made-up':
          takeAwayPosition(request, response)
      }
    }
    if (kind === 'static') return this.#pages(request, response)
    if (kind !== 'nothing') {
      try {
        await this.#follower.available()
      } catch (error) {
        return answerUnavailable(request, response, shownProblem(error))
      }
      if (response.closed) return
    }
    this.#readHere(request, response)
  }

  #write(request: IncomingMessage, response: ServerResponse): void {
    // While it goes on to the writer, in case that doesn't answer.
    if (isForm(request)) bodyOf(request)
    this.#writer.pass(request, response, {
      onWritten: (position) => {
        this.#follower.hear(position)
        givePosition(request, response, position)
      },
      onFailure: (error) => {
        log('ERROR', `The writer has not answered a write: ${error.message}`)
        refuse(request, response, {
          status: 503,
          type: 'writer-away',
          title: 'Nothing can be written just now.',
          detail: 'It may have been written, or not. Please send it again in a moment.',
          retryAfter: 5,
        })
      },
    })
  }

  // What can be read here is better than nothing, so no read fails with the writer.
  #readThere(request: IncomingMessage, response: ServerResponse, written: Position): void {
    this.#writer.pass(request, response, {
      fits: (status) => status < 500 && status !== 429,
      onFailure: (error) => {
        log('WARNING', `A read is older than what was written: ${error.message}`, { written })
        response.setHeader('x-copy-is-behind', 'true')
        this.#readHere(request, response)
      },
    })
  }

  // It was let in while there was a copy, which may break until it is read.
  #readHere(request: IncomingMessage, response: ServerResponse): void {
    const { unread, ageMs } = this.#follower
    const hasFailed = () => this.#follower.unread > unread
    tellAge(response, ageMs)
    insteadOf500(response, hasFailed, () => {
      answerUnavailable(request, response, shownProblem(new ReaderProblem('copy-broken')))
    })
    readScope(this.#follower, () => this.#pages(request, response))
  }
}

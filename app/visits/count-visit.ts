import type { IncomingMessage } from 'node:http'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { clientHeader, logSometimes, reasonOf, type Writer, writer } from 'streamkeeper'
import { z } from 'zod'
import type { Data } from '../../db/data.ts'
import { dayOf, type Visits } from '../../db/visits.ts'

const number = z.number().int().nonnegative()
const counted = z.object({ visits: number, today: number })

/** Has a visit counted, and returns how many there are with it; null where it could not be, or perhaps not. */
export function countVisit(
  data: Pick<Data, 'recordVisits'>,
  request: Pick<IncomingMessage, 'headers'>,
  now: Date,
  there: Writer | null = writer(),
): Promise<Visits | null> {
  return there ? elsewhere.count(there, request) : countHere(data, now)
}

/** Those who have come in the same turn of the event loop, on the same day: they share a commit. */
type Turn = { day: string; count: number; counted: Promise<Visits | null> }
let turn: Turn | null = null

async function countHere(data: Pick<Data, 'recordVisits'>, now: Date): Promise<Visits | null> {
  if (turn?.day !== dayOf(now, 0)) turn = beginTurn(data, now)
  const mine = turn
  const place = ++mine.count
  const visits = await mine.counted
  const later = mine.count - place
  return visits && { total: visits.total - later, today: visits.today - later }
}

function beginTurn(data: Pick<Data, 'recordVisits'>, now: Date): Turn {
  const count = async () => {
    await setImmediate()
    if (turn === begun) turn = null
    return data.recordVisits(begun.count, now)
  }
  const counted = count().catch((error) => {
    // On a full disk, say, where everything can still be read.
    logSometimes('ERROR', `A visit could not be counted: ${reasonOf(error)}`)
    return null
  })
  const begun: Turn = { day: dayOf(now, 0), count: 0, counted }
  return begun
}

/** Has the service that writes count; nobody waits for what those before have waited for in vain. */
export class CountElsewhere {
  readonly #patienceMs: { first: number; again: number }
  #waitMs: number

  constructor(patienceMs = { first: 2_000, again: 200 }) {
    this.#patienceMs = patienceMs
    this.#waitMs = patienceMs.first
  }

  async count(
    there: Writer,
    { headers }: Pick<IncomingMessage, 'headers'>,
  ): Promise<Visits | null> {
    const own = { [clientHeader]: String(headers[clientHeader]) }
    const asked = { method: 'POST', headers: own, timeoutMs: this.#patienceMs.first }
    const counting = there
      .fetch('/api/visits', asked)
      .then((answer) => this.#read(answer))
      .catch((error) => {
        logSometimes('WARNING', `The writer has not counted a visit: ${reasonOf(error)}`)
        return null
      })
    const visits = await Promise.race([counting, sleep(this.#waitMs, null, { ref: false })])
    if (visits === null) this.#waitMs = this.#patienceMs.again
    return visits
  }

  async #read({ status, json }: Awaited<ReturnType<Writer['fetch']>>): Promise<Visits> {
    if (status !== 200) throw new Error(`it answers ${status}`)
    const { visits: total, today } = counted.parse(await json())
    this.#waitMs = this.#patienceMs.first
    return { total, today }
  }
}

const elsewhere = new CountElsewhere()

import { percentile, type Row } from '../support/table.ts'
import type { Client } from './load.ts'

export type Answer = {
  status: number
  text: string
  location: string | null
  /** The epoch up to a transaction of which all is in the bucket, as the answer says; null if it doesn't. */
  epoch: number | null
}

type Asked = {
  /** What the outcome is counted under. */
  kind: string
  path: string
  /** The status of success. */
  wanted: number
  timeoutMs?: number
}

/**
 * Asks the app, and notes how it ended; 503 says to ask again, and no whole answer, which may come from
 * any app whose instance ends, has the status 0. Any other answer but the wanted one is wrong.
 */
export async function ask(
  { url, outcomes, findings }: Client,
  { kind, path, wanted, timeoutMs = 20_000 }: Asked,
  init: RequestInit,
): Promise<Answer> {
  const startMs = performance.now()
  const answer = await whole(url + path, { ...init, signal: AbortSignal.timeout(timeoutMs) })
  const { status, location } = answer
  outcomes.note(kind, outcomeOf(status, wanted), performance.now() - startMs)
  if (![0, 503, wanted].includes(status)) {
    const answered = [status, location, answer.text.slice(0, 200)].filter(Boolean).join(', ')
    findings.note(`${init.method ?? 'GET'} ${path} was answered with ${answered}`)
  }
  return answer
}

async function whole(url: string, init: RequestInit): Promise<Answer> {
  try {
    const answer = await fetch(url, { redirect: 'manual', ...init })
    const text = await answer.text()
    const epoch = /^(\d+)-/.exec(answer.headers.get('x-replica-position') ?? '')?.[1]
    return {
      status: answer.status,
      text,
      location: answer.headers.get('location'),
      epoch: epoch === undefined ? null : Number(epoch),
    }
  } catch {
    return { status: 0, text: '', location: null, epoch: null }
  }
}

/** `later` is to be told to ask again; `none` is no whole answer. */
type Outcome = 'done' | 'later' | 'none' | 'wrong'

function outcomeOf(status: number, wanted: number): Outcome {
  if (status === 0) return 'none'
  if (status === 503) return 'later'
  return status === wanted ? 'done' : 'wrong'
}

/** How requests of each kind ended. */
export class Outcomes {
  readonly #kinds = new Map<string, { outcome: Outcome; ms: number }[]>()

  note(kind: string, outcome: Outcome, ms: number): void {
    const noted = this.#kinds.get(kind) ?? []
    this.#kinds.set(kind, noted)
    noted.push({ outcome, ms })
  }

  get rows(): Row[] {
    return [...this.#kinds].map(([request, all]) => {
      const took = all.filter(({ outcome }) => outcome === 'done').map(({ ms }) => ms)
      const count = (wanted: Outcome) => all.filter(({ outcome }) => outcome === wanted).length
      const failed = { 'told to retry': count('later'), 'no answer': count('none') }
      const times = { 'p50 ms': percentile(took, 0.5), 'p99 ms': percentile(took, 0.99) }
      return { request, done: took.length, ...failed, wrong: count('wrong'), ...times }
    })
  }
}

import type { Outcome, Outcomes } from './outcomes.ts'

export type Answer = {
  status: number
  text: string
  location: string | null
  /** The epoch up to a transaction of which all is in the bucket, as the answer says; null if it doesn't. */
  epoch: number | null
}

/** Asks, and notes how it ended. The status is 0 where there was no whole answer. */
export async function ask(
  { outcomes, kind, url }: { outcomes: Outcomes; kind: string; url: string },
  init: RequestInit,
  outcomeOf: (answer: Answer) => Outcome,
  timeoutMs = 20_000,
): Promise<Answer> {
  const startMs = performance.now()
  const answer = await whole(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
  const outcome = fails(answer.status) ?? outcomeOf(answer)
  outcomes.note(kind, outcome, performance.now() - startMs)
  return answer
}

function fails(status: number): Outcome | null {
  if (status === 0) return 'none'
  return status === 503 ? 'later' : null
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

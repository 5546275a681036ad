/** What the server tells of a form that it took. */
export type Told = {
  to?: string
  said?: string
  id?: number
  /** From when it arrived to when the bucket had it. */
  durableMs?: number
  key?: string
  changed?: { id: number; state: 'hidden' | 'shown' | 'deleted' }
}

export type Stored = { id: number; name: string; message: string }

/** What became of a form that was sent. */
export type Outcome = { state: 'done'; told: Told } | Failure

export type Failure = {
  /** Where it is `unclear`, it may have been taken, or not, or something else has. */
  state: 'failed' | 'unclear'
  words: string
  errors: { field: string; detail: string }[]
  /** When it may be sent again by itself, in seconds; null where it may not. */
  retryAfter: number | null
  /** What was stored of it before, and the key for another one. */
  stored: Stored | null
  key: string | null
}

// The server lets a form wait for 7 s, and a start for 30 s.
const patienceMs = 35_000

/**
 * Sends a form.
 *
 * @returns what became of it, and the release that has answered; null where it isn't said
 */
export async function ask(
  action: string,
  body: URLSearchParams,
): Promise<{ outcome: Outcome; release: string | null }> {
  try {
    const answer = await fetch(action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body,
      signal: AbortSignal.timeout(patienceMs),
    })
    const { status, headers } = answer
    const text = await answer.text()
    const outcome = outcomeOf(status, jsonOf(text), headers.get('retry-after'))
    return { outcome, release: headers.get('x-release') }
  } catch {
    return { outcome: outcomeOfNone(navigator.onLine), release: null }
  }
}

function jsonOf(text: string): Record<string, unknown> | null {
  try {
    const json = JSON.parse(text)
    return json && typeof json === 'object' ? json : null
  } catch {
    return null
  }
}

/**
 * Says what an answer means. The server's own words are shown where it has any; a proxy, say, has
 * answered in its place where not.
 *
 * @param json null where the body is no JSON
 */
export function outcomeOf(
  status: number,
  json: Record<string, unknown> | null,
  retryAfter: string | null,
): Outcome {
  // Each of the server's own says where to go from here.
  if (typeof json?.to === 'string' && status < 300) return { state: 'done', told: json }
  const seconds = /^\d{1,3}$/.test(retryAfter ?? '') ? Number(retryAfter) : null
  const { title, detail, type, errors, stored, key } = json ?? {}
  const isTold = typeof title === 'string' && typeof detail === 'string'
  return {
    state: stored || isUnclear(status, type) ? 'unclear' : 'failed',
    words: isTold ? `${title} ${detail}` : wordsFor(status),
    errors: isTold && Array.isArray(errors) ? errors : [],
    retryAfter: status === 429 || status === 503 ? seconds : null,
    stored: (stored as Stored | undefined) ?? null,
    key: typeof key === 'string' ? key : null,
  }
}

/** Says what it means that there is no answer. */
export function outcomeOfNone(isOnline: boolean): Outcome {
  const words = isOnline
    ? 'No answer has come. It may have arrived, or not: what you have written is still here. Please send it again; it will be there only once.'
    : 'You are offline. What you have written is still here: please send it again when you are online.'
  const nothing = { errors: [], retryAfter: null, stored: null, key: null }
  return { state: isOnline ? 'unclear' : 'failed', words, ...nothing }
}

function isUnclear(status: number, type: unknown): boolean {
  if (typeof type === 'string') return /:(not-durable|unclear|writer-away)$/.test(type)
  // Whoever answers in the server's place may have given up waiting for it.
  return status < 400 || status >= 500
}

const otherRelease =
  'this page is of another release than the server. What you have written is still here.'

const reasons: Record<number, string> = {
  404: otherRelease,
  405: otherRelease,
  413: 'this is too long. Please shorten it.',
  429: 'there were too many requests. Please send it again in a minute.',
}

function wordsFor(status: number): string {
  if (isUnclear(status, null)) {
    return 'The answer can not be understood. It may have arrived, or not: what you have written is still here. Please send it again in a moment; it will be there only once.'
  }
  const refused = `this was refused (${status}). What you have written is still here.`
  return `Nothing was saved: ${reasons[status] ?? refused}`
}

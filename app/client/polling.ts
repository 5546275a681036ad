/** The server has answered, and not with what was asked for. */
export class Refused extends Error {
  /** When it wants to be asked again, in milliseconds; null where it doesn't say. */
  readonly retryAfterMs: number | null

  constructor(response: Pick<Response, 'status' | 'headers'>) {
    super(`The server has answered with ${response.status}.`)
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : null
  }
}

type Timers = { set(call: () => void, ms: number): unknown; clear(timer: unknown): void }

const pageTimers: Timers = {
  set: (call, ms) => setTimeout(call, ms),
  clear: (timer) => clearTimeout(timer as number),
}

// Longer, and who comes back to the network would wait for what is new.
const longestMs = 60_000
const answerMs = 10_000

/**
 * Asks again and again, while the page is seen: at once when it is shown again, and less often while
 * that fails.
 *
 * @param ask throws where there is no answer, {@link Refused} where it is another
 * @param options.onFailure told of each, but of what was given up
 * @param options.isHidden whether nobody sees the page
 */
export function newPolling(
  ask: (signal: AbortSignal) => Promise<void>,
  {
    everyMs,
    onFailure,
    isHidden = () => document.hidden,
    random = Math.random,
    timers = pageTimers,
  }: {
    everyMs: number
    onFailure?: (error: unknown) => void
    isHidden?: () => boolean
    random?: () => number
    timers?: Timers
  },
) {
  let timer: unknown = null
  let asking: AbortController | null = null
  let failures = 0
  let isPaused = false

  /** Asks after `ms`, or not at all while nobody sees it. */
  function start(ms: number): void {
    timers.clear(timer)
    if (!isHidden() && !isPaused) timer = timers.set(round, ms)
  }

  /** Asks at once: for when the page is shown or hidden. */
  function now(): void {
    timers.clear(timer)
    asking?.abort()
    asking = null
    start(0)
  }

  function setPaused(value: boolean): void {
    isPaused = value
    now()
  }

  async function round(): Promise<void> {
    if (isHidden()) return
    const own = new AbortController()
    asking = own
    const late = timers.set(() => own.abort(), answerMs)
    let waitMs = everyMs
    try {
      await ask(own.signal)
      failures = 0
    } catch (error) {
      if (asking === own) onFailure?.(error)
      waitMs = Math.min(everyMs * 2 ** failures++, longestMs)
      if (error instanceof Refused) waitMs = Math.max(waitMs, error.retryAfterMs ?? 0)
    } finally {
      timers.clear(late)
    }
    // It was stopped meanwhile, and whoever did that has begun another, or will.
    if (asking !== own) return
    asking = null
    // Not all at once, though all pages were loaded, or lost their connection, at the same moment.
    start(waitMs * (0.8 + 0.4 * random()))
  }

  return { start, now, setPaused, isPaused: () => isPaused }
}

/** Has it ask at once when the page is shown again, or the network is back; not while it is hidden. */
export function whileSeen({ now }: { now(): void }): void {
  document.addEventListener('visibilitychange', now)
  addEventListener('online', now)
  addEventListener('pageshow', (event) => {
    if (event.persisted) now()
  })
}

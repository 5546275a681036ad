type Timer = { set(call: () => void, ms: number): unknown; clear(timer: unknown): void }

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

const timers: Timer = {
  set: (call, ms) => setTimeout(call, ms),
  clear: (timer) => clearTimeout(timer as number),
}

// Longer, and who comes back to the network would wait for what is new.
const longestMs = 60_000
const answerMs = 10_000

/**
 * Asks again and again, while the page is seen: at once when it is shown again, and less often while
 * that fails.
 */
export class Polling {
  readonly #ask: (signal: AbortSignal) => Promise<void>
  readonly #onFailure: (error: unknown) => void
  readonly #everyMs: number
  readonly #isHidden: () => boolean
  readonly #random: () => number
  readonly #timers: Timer
  #timer: unknown = null
  #asking: AbortController | null = null
  #failures = 0
  #isPaused = false

  /**
   * @param ask throws where there is no answer, {@link Refused} where it is another
   * @param options.onFailure told of each, but of what was given up
   * @param options.isHidden whether nobody sees the page
   */
  constructor(
    ask: (signal: AbortSignal) => Promise<void>,
    {
      everyMs,
      onFailure = () => {},
      isHidden = () => document.hidden,
      random = Math.random,
      timers: given = timers,
    }: {
      everyMs: number
      onFailure?: (error: unknown) => void
      isHidden?: () => boolean
      random?: () => number
      timers?: Timer
    },
  ) {
    this.#ask = ask
    this.#onFailure = onFailure
    this.#everyMs = everyMs
    this.#isHidden = isHidden
    this.#random = random
    this.#timers = given
  }

  /** Begins, and asks for the first time after `ms`. */
  start(ms: number): void {
    this.#again(ms)
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  pause(): void {
    this.#isPaused = true
    this.#stop()
  }

  goOn(): void {
    this.#isPaused = false
    this.now()
  }

  /** Asks at once, or not at all while nobody sees it: for when the page is shown or hidden. */
  now(): void {
    this.#stop()
    if (this.#isHidden() || this.#isPaused) return
    this.#again(0)
  }

  #stop(): void {
    this.#timers.clear(this.#timer)
    this.#asking?.abort()
    this.#asking = null
  }

  #again(ms: number): void {
    this.#timers.clear(this.#timer)
    if (this.#isHidden() || this.#isPaused) return
    this.#timer = this.#timers.set(() => this.#round(), ms)
  }

  async #round(): Promise<void> {
    if (this.#isHidden()) return
    const asking = new AbortController()
    this.#asking = asking
    const late = this.#timers.set(() => asking.abort(), answerMs)
    let waitMs = this.#everyMs
    try {
      await this.#ask(asking.signal)
      this.#failures = 0
    } catch (error) {
      if (this.#asking === asking) this.#onFailure(error)
      waitMs = Math.min(this.#everyMs * 2 ** this.#failures++, longestMs)
      if (error instanceof Refused) waitMs = Math.max(waitMs, error.retryAfterMs ?? 0)
    } finally {
      this.#timers.clear(late)
    }
    // It was stopped meanwhile, and whoever did that has begun another, or will.
    if (this.#asking !== asking) return
    this.#asking = null
    // Not all at once, though all pages were loaded, or lost their connection, at the same moment.
    this.#again(waitMs * (0.8 + 0.4 * this.#random()))
  }
}

/** Has it ask at once when the page is shown again, or the network is back; not while it is hidden. */
export function whileSeen(polling: Pick<Polling, 'now'>): void {
  document.addEventListener('visibilitychange', () => polling.now())
  addEventListener('online', () => polling.now())
  addEventListener('pageshow', (event) => {
    if (event.persisted) polling.now()
  })
}

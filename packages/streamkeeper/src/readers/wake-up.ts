import { setTimeout as sleep } from 'node:timers/promises'

/** A pause that can be ended early. */
export class WakeUp {
  #rung = Promise.withResolvers<void>()

  /** Ends the pause, or the next one. */
  ring(): void {
    this.#rung.resolve()
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController()
    const any = AbortSignal.any([signal, over.signal])
    await Promise.race([sleep(ms, undefined, { signal: any }).catch(() => {}), this.#rung.promise])
    over.abort()
    this.#rung = Promise.withResolvers()
  }
}

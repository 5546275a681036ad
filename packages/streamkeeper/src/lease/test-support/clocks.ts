import type { World } from './world.ts'

/** The clocks of one machine: as wrong as those of a machine can be. */
export class Clocks {
  readonly #world: World
  readonly #rate: number
  #aheadMs = 0
  #stoodStillMs = 0

  constructor(world: World) {
    this.#world = world
    // What chrony sets a clock by at most: lease/run-out.ts.
    this.#rate = [11 / 12, 1, 13 / 12][Math.floor(world.random() * 3)] ?? 1
  }

  /** Monotonic, and never late, as it also follows the wall clock: server/strict-clock.ts. */
  readonly holding = () => this.#world.now * this.#rate + this.#aheadMs

  /** Monotonic: it stands still while the machine does. */
  readonly waiting = () => this.#world.now * this.#rate - this.#stoodStillMs

  /** The machine stands still from now on, for so long. */
  suspend(forMs: number): void {
    this.#stoodStillMs += forMs * this.#rate
  }

  setAhead(byMs: number): void {
    this.#aheadMs += byMs
  }
}

import { random } from '../../../packages/streamkeeper/src/test-tools/random.ts'

/** Decisions that a seed repeats. */
export class Chance {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = random(seed)
  }

  between(low: number, high: number): number {
    return low + this.#next() * (high - low)
  }

  /** True in `part` of all cases, from 0 to 1. */
  of(part: number): boolean {
    return this.#next() < part
  }

  /** One of those that have a weight, as often as that says. */
  pick<T extends { weight: number }>(choices: readonly T[]): T {
    let left = this.#next() * choices.reduce((sum, { weight }) => sum + weight, 0)
    for (const choice of choices) {
      left -= choice.weight
      if (left < 0) return choice
    }
    throw new Error('There is nothing to choose from.')
  }
}

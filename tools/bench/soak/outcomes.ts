import { percentile } from '../support/table.ts'

/** `later` is to be told to ask again; `none` is no whole answer. */
export type Outcome = 'done' | 'later' | 'none' | 'wrong'

type Kind = { took: number[]; later: number; none: number; wrong: number }

/** How requests of each kind ended. */
export class Outcomes {
  readonly #kinds = new Map<string, Kind>()

  note(kind: string, outcome: Outcome, ms: number): void {
    const noted = this.#kinds.get(kind) ?? { took: [], later: 0, none: 0, wrong: 0 }
    this.#kinds.set(kind, noted)
    if (outcome === 'done') noted.took.push(ms)
    else noted[outcome]++
  }

  static readonly headings = 'request,done,told to retry,no answer,wrong,p50 ms,p99 ms'.split(',')

  get rows(): (string | number)[][] {
    return [...this.#kinds].map(([kind, { took, later, none, wrong }]) => [
      ...[kind, took.length, later, none, wrong],
      ...[percentile(took, 0.5), percentile(took, 0.99)],
    ])
  }
}

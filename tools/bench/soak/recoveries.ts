import { percentile, type Row } from '../support/table.ts'

/** In which time after its end, or its begin where an instance ended, the app has to acknowledge again. */
export const boundSeconds = {
  bucket: 20,
  // A lease runs out after 5 s; then an instance starts, restores and uploads its first copy, while
  // the bucket fails now and then.
  instance: 30,
}

type Of = keyof typeof boundSeconds

/** How often there was each kind of fault, and how long it took until writes were taken again. */
export class Recoveries {
  readonly #kinds = new Map<string, { of: Of; times: number; seconds: number[] }>()
  total = 0

  count(of: Of, name: string): void {
    const kind = this.#kinds.get(name) ?? { of, times: 0, seconds: [] }
    this.#kinds.set(name, kind)
    kind.times++
    this.total++
  }

  recovered(name: string, seconds: number): void {
    this.#kinds.get(name)?.seconds.push(seconds)
  }

  get slowest(): number {
    return Math.max(0, ...[...this.#kinds.values()].flatMap(({ seconds }) => seconds))
  }

  get rows(): Row[] {
    return [...this.#kinds].map(([fault, { of, times, seconds }]) => ({
      fault,
      times,
      measured: seconds.length,
      'p50 s': percentile(seconds, 0.5),
      'p99 s': percentile(seconds, 0.99),
      'longest s': seconds.length > 0 ? Math.max(...seconds) : '-',
      'bound s': boundSeconds[of],
    }))
  }
}

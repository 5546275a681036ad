import { percentile } from '../support/table.ts'

type Kind = { times: number; seconds: number[]; boundSeconds: number }

/** How often there was each kind of fault, and how long it took until writes were taken again. */
export class Recoveries {
  readonly #kinds = new Map<string, Kind>()
  total = 0

  count(name: string, boundSeconds: number): void {
    const kind = this.#kinds.get(name) ?? { times: 0, seconds: [], boundSeconds }
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

  static readonly headings = 'fault,times,measured,p50 s,p99 s,longest s,bound s'.split(',')

  get rows(): (string | number)[][] {
    return [...this.#kinds].map(([name, { times, seconds, boundSeconds }]) => {
      const known = (value: number) => (seconds.length > 0 ? value : '-')
      const [p50, p99] = [percentile(seconds, 0.5), percentile(seconds, 0.99)]
      const measured = [p50, p99, Math.max(...seconds)].map(known)
      return [name, times, seconds.length, ...measured, boundSeconds]
    })
  }
}

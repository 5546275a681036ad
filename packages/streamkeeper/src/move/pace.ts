import { durationInWords } from '../operations/words.ts'

/** How far a long walk over rows is. */
export class Pace {
  #doing = ''
  #done = 0
  #total = 0
  #startMs = 0
  readonly #clock: () => number

  /** @param clock monotonic, in milliseconds */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** @param total how many rows it will be; with one that is wrong, the time left is */
  begin(doing: string, total: number): void {
    this.#doing = doing
    this.#done = 0
    this.#total = total
    this.#startMs = this.#clock()
  }

  step(rows: number): void {
    this.#done += rows
  }

  /** Such as `Copying notes, 40 % (400,000 of 1,000,000 rows), 12 s left`. */
  get words(): string {
    if (this.#total === 0) return this.#doing
    const done = Math.min(this.#done, this.#total)
    const percent = Math.floor((100 * done) / this.#total)
    const count = (rows: number) => rows.toLocaleString('en-US')
    const leftMs = ((this.#clock() - this.#startMs) * (this.#total - done)) / Math.max(1, done)
    const left = done > 0 ? `, ${durationInWords(leftMs)} left` : ''
    return `${this.#doing}, ${percent} % (${count(done)} of ${count(this.#total)} rows)${left}`
  }
}

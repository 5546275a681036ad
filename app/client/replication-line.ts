import type { Replicated } from 'streamkeeper'
import type { Live } from '../live/answer-live.ts'
import { later, replicatedInWords } from '../live/replicated.ts'
import { Refused } from './polling.ts'

/** Shows how far what is written has come, and says where nothing is known of it any more. */
export class ReplicationLine {
  readonly #place = document.querySelector<HTMLElement>('.replication')
  #known: { replication: Replicated; atMs: number } | null = null
  #failingSince: string | null = null

  constructor() {
    setInterval(() => this.#tick(), 1_000)
  }

  show({ replication }: Pick<Live, 'replication'>): void {
    this.#failingSince = null
    this.#known = { replication, atMs: performance.now() }
    if (this.#place) this.#place.dataset.role = replication.role
    this.#tick()
  }

  fail(error: unknown): void {
    this.#failingSince ??= new Date().toLocaleTimeString('en-GB')
    const words = error instanceof Refused ? 'The server can not answer' : 'No connection'
    this.#put('down', `${words} since ${this.#failingSince}`)
  }

  #tick(): void {
    if (!this.#known || this.#failingSince || document.hidden) return
    const { replication, atMs } = this.#known
    const words = replicatedInWords(later(replication, performance.now() - atMs))
    this.#put(replication.state, words)
  }

  #put(state: Replicated['state'], words: string): void {
    if (!this.#place) return
    this.#place.dataset.state = state
    this.#place.textContent = words
  }
}

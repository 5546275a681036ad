import { setTimeout as sleep } from 'node:timers/promises'
import { Outcomes } from './ask.ts'
import { Chance } from './chance.ts'
import type { Findings } from './findings.ts'
import { Ledger } from './ledger.ts'
import { person } from './person.ts'
import { program, write } from './program.ts'

const people = 6
const programs = 6

/** What every client works with. */
export type Client = {
  name: string
  url: string
  chance: Chance
  ledger: Ledger
  outcomes: Outcomes
  findings: Findings
  /** Notes what it was told, which ends the run where that is wrong. */
  acknowledged(message: string, id: number, epoch: number | null): void
  /** Aborted when it is to begin nothing new. */
  ending: AbortSignal
}

/** People and programs that use the app behind a URL all the time. */
export class Load {
  readonly ledger = new Ledger()
  readonly outcomes = new Outcomes()
  readonly #ending = new AbortController()
  readonly #clients: Promise<void>[]
  readonly #prober: Client
  #probes = 0

  constructor(url: string, { seed, findings }: { seed: number; findings: Findings }) {
    const { ledger, outcomes } = this
    const ending = this.#ending.signal
    const acknowledged = (...told: Parameters<Ledger['acknowledge']>) => {
      for (const finding of ledger.acknowledge(...told)) findings.end(finding)
    }
    let next = seed + 100
    const client = (name: string): Client => {
      const own = { name, chance: new Chance(++next) }
      return { ...own, url, ledger, outcomes, findings, acknowledged, ending }
    }
    this.#prober = client('probe')
    this.#clients = [
      ...Array.from({ length: people }, (_, number) => person(client(`person-${number}`))),
      ...Array.from({ length: programs }, (_, number) => program(client(`program-${number}`))),
    ]
    for (const gone of this.#clients) gone.catch((error) => findings.end(String(error)))
  }

  /**
   * Resolves once an entry that was begun after the call is acknowledged.
   *
   * @throws {Error} if that takes longer than `patienceMs`
   */
  async acknowledges(patienceMs: number): Promise<void> {
    const untilMs = performance.now() + patienceMs
    while (performance.now() < untilMs) {
      // Not longer than a person waits, so that one that hangs doesn't count for the whole app.
      const message = `probe.${++this.#probes}`
      if (await write(this.#prober, message, { kind: 'probe', timeoutMs: 6_000 })) return
      await sleep(50)
    }
    throw new Error(`no entry was acknowledged for ${patienceMs / 1000} s`)
  }

  /** Begins nothing new; resolves when each client was told of its last request. */
  async end(): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#clients)
  }
}

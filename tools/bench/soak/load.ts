import { setTimeout as sleep } from 'node:timers/promises'
import { Chance } from './chance.ts'
import type { Findings } from './findings.ts'
import { Ledger } from './ledger.ts'
import { Outcomes } from './outcomes.ts'
import { person } from './person.ts'
import { program, write } from './program.ts'

/** What every client works with. */
export type Client = {
  name: string
  url: string
  chance: Chance
  ledger: Ledger
  outcomes: Outcomes
  findings: Findings
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

  constructor(
    url: string,
    {
      seed,
      findings,
      people = 6,
      programs = 6,
    }: LoadOptions & { seed: number; findings: Findings },
  ) {
    const { ledger, outcomes } = this
    const ending = this.#ending.signal
    let next = seed + 100
    const client = (name: string): Client => {
      return { name, url, chance: new Chance(++next), ledger, outcomes, findings, ending }
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

  /** Returns when each client was told of its last request. */
  async end(): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#clients)
  }

  /** Ends without waiting. */
  giveUp(): void {
    this.#ending.abort()
  }
}

type LoadOptions = { people?: number; programs?: number }

import { setTimeout as sleep } from 'node:timers/promises'
import type { Bucket } from '../../../e2e/support/bucket.ts'
import { listBucket, unexplained } from './bucket-content.ts'
import { allFaults, lightFaults } from './bucket-faults.ts'
import { Chance } from './chance.ts'
import type { Checker } from './checker.ts'
import type { Findings } from './findings.ts'
import type { Fleet } from './fleet.ts'
import { instanceFaults } from './instance-faults.ts'
import type { Load } from './load.ts'
import { boundSeconds, type Recoveries } from './recoveries.ts'
import { showMinute } from './report.ts'
import type { Watcher } from './vitals.ts'

export type Soak = {
  minutes: number
  seed: number
  faultsAMinute: number
  bucket: Bucket
  fleet: Fleet
  load: Load
  checker: Checker
  watcher: Watcher
  recoveries: Recoveries
  findings: Findings
}

/** In a storm instances end, freeze and are replaced; in a calm one lives with bucket faults alone. */
type Stretch = { kind: 'storm' | 'calm'; untilMs: number }

// After this nothing will come any more.
const patienceMs = 120_000

/** Makes faults, and checks what became of the app, until the time is over. */
export class Run {
  readonly #soak: Soak
  readonly #startMs = performance.now()
  readonly #bucketChance: Chance
  readonly #instanceChance: Chance
  #minute = 0
  #isEnding = false

  constructor(soak: Soak) {
    this.#soak = soak
    // Two, so that what the one draws doesn't depend on how far the other is.
    this.#bucketChance = new Chance(soak.seed)
    this.#instanceChance = new Chance(soak.seed + 1)
  }

  /** @throws {Error} when the app doesn't recover at all */
  async all(): Promise<void> {
    const { fleet, watcher, bucket, findings } = this.#soak
    const watching = setInterval(() => watcher.look(fleet).catch(() => {}), 10_000)
    try {
      for (const stretch of stretchesOf(this.#soak.minutes)) {
        await Promise.all([
          this.#bucketFaults(stretch),
          ...(stretch.kind === 'storm' ? [this.#instanceFaults(stretch)] : []),
        ])
        const { epoch } = (await bucket.lease()) ?? { epoch: 0 }
        const found = unexplained(await listBucket(bucket), epoch, Date.now())
        for (const finding of found) findings.note(finding)
      }
    } finally {
      clearInterval(watching)
    }
  }

  /** Makes it begin no further fault. */
  end(): void {
    this.#isEnding = true
  }

  async #bucketFaults(stretch: Stretch): Promise<void> {
    const { bucket, recoveries, faultsAMinute, checker } = this.#soak
    while (this.#isIn(stretch)) {
      const dueMs = (recoveries.total / faultsAMinute) * 60_000
      // Some time for the app in any case, also when there were fewer faults than there should be.
      await sleep(Math.max(150, dueMs - this.#elapsedMs))
      const minute = Math.floor(this.#elapsedMs / 60_000)
      if (minute > this.#minute) {
        this.#minute = minute
        await checker.check()
        showMinute(this.#soak, stretch.kind, minute)
      }
      const fault = this.#bucketChance.pick(stretch.kind === 'calm' ? allFaults : lightFaults)
      recoveries.count('bucket', fault.name)
      await fault.make(bucket, this.#bucketChance)
      // In a storm it would be the other fault whose recovery is measured.
      if (stretch.kind === 'calm') await this.#recovered('bucket', fault.name)
    }
  }

  async #instanceFaults(stretch: Stretch): Promise<void> {
    const { fleet, recoveries } = this.#soak
    const chance = this.#instanceChance
    while (this.#isIn(stretch)) {
      const fault = chance.pick(instanceFaults)
      recoveries.count('instance', fault.name)
      const recovered = (sinceMs?: number) => this.#recovered('instance', fault.name, sinceMs)
      await fault.make({ fleet, chance, recovered })
      await sleep(chance.between(300, 3_000))
    }
  }

  async #recovered(
    of: keyof typeof boundSeconds,
    name: string,
    sinceMs = performance.now(),
  ): Promise<void> {
    const { load, recoveries, findings } = this.#soak
    await load.acknowledges(patienceMs).catch((error) => {
      throw new Error(`After "${name}": ${error.message}`)
    })
    const seconds = (performance.now() - sinceMs) / 1000
    recoveries.recovered(name, seconds)
    if (seconds > boundSeconds[of]) {
      const at = new Date().toISOString()
      findings.note(`it took ${seconds.toFixed(1)} s to recover from "${name}", until ${at}`)
    }
  }

  #isIn(stretch: Stretch): boolean {
    return !this.#isEnding && this.#elapsedMs < stretch.untilMs
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startMs
  }
}

/**
 * Storms and calms in turn, up to 8 minutes each, that take so many minutes.
 *
 * @returns with the moment of each end, in milliseconds after the begin
 */
function stretchesOf(minutes: number): Stretch[] {
  const turns = Math.max(1, Math.round(minutes / 15))
  const turnMs = (minutes * 60_000) / turns
  return Array.from({ length: turns }, (_, turn): Stretch[] => [
    { kind: 'storm', untilMs: (turn + 0.45) * turnMs },
    { kind: 'calm', untilMs: (turn + 1) * turnMs },
  ]).flat()
}

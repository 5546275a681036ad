import type { Replication } from '../litestream/replication.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'

// An upload takes a tenth of a second, and Litestream looks each second for something to upload.
const lateMs = 3_000
// When nobody asks, the bucket is looked at every 5 s.
const unknownMs = 7_500
const lookMs = 1_000

/** How far what is written has come, for everybody: no name, path or address is in it. */
export type Replicated = {
  role: 'writer' | 'follower' | 'reader' | 'postgres'
  state: 'ok' | 'late' | 'down'
  /**
   * All that was written until so many milliseconds ago is in the bucket, and in what is read here;
   * null where there is no bucket.
   */
  durableAgoMs: number | null
  /** How many transactions are on their way to the bucket. */
  missing: number
  /** How many writers wait to be told that theirs is there. */
  waiting: number
  epoch: number | null
  txid: number | null
  why: string | null
}

type Parts = {
  leadership: {
    replication: Pick<Replication, 'known' | 'health' | 'waiting' | 'lag'> | null
  }
  lifecycle: Pick<Lifecycle, 'state' | 'sinceMs' | 'problem'>
  database: Pick<LocalDatabase, 'ageMs' | 'tookMs' | 'position'>
}

/** What everybody may know of this instance, from memory however many ask. */
export class LiveFacts {
  readonly #parts: Parts
  readonly #clock: () => number
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #isLooking = false

  constructor(parts: Parts, clock = () => performance.now()) {
    this.#parts = parts
    this.#clock = clock
  }

  replicated(): Replicated {
    const { replication } = this.#parts.leadership
    if (!replication) return this.#copied()
    this.#lookSoon(replication)
    const { state } = this.#parts.lifecycle
    const { known, waiting } = replication
    return {
      ...{ role: 'writer', durableAgoMs: known.agoMs, missing: known.missing, waiting },
      ...{ epoch: 'epoch' in state ? state.epoch : null, txid: known.txid },
      ...stateOf(replication),
    }
  }

  // Nobody waits for it: who asks next is told.
  #lookSoon(replication: Pick<Replication, 'lag'>): void {
    if (this.#isLooking || this.#clock() - this.#lookedAtMs < lookMs) return
    this.#isLooking = true
    this.#lookedAtMs = this.#clock()
    const done = () => {
      this.#isLooking = false
    }
    replication.lag(lookMs).then(done, done)
  }

  #copied(): Replicated {
    const { lifecycle, database } = this.#parts
    const { ageMs, tookMs, position } = database
    // It is renewed when it is read, as often as that is worth its while.
    const isOld = ageMs > 15_000 + 20 * tookMs
    const hasAnsweredSince = this.#clock() - ageMs > lifecycle.sinceMs
    const why = whyInWords(lifecycle.problem?.code, !hasAnsweredSince)
    return {
      ...{ role: 'follower', state: why ? 'down' : isOld ? 'late' : 'ok' },
      ...{ durableAgoMs: Math.round(ageMs), missing: 0, waiting: 0, why },
      ...{ epoch: position?.epoch ?? null, txid: position?.txid ?? null },
    }
  }
}

function stateOf({
  known: { agoMs, missing, isAcknowledgeable },
  health,
}: Pick<Replication, 'known' | 'health'>): Pick<Replicated, 'state' | 'why'> {
  if (health.status === 'degraded') {
    return { state: 'down', why: whyInWords(health.problem.code, true) ?? awayInWords }
  }
  if (!isAcknowledgeable) return { state: 'late', why: 'What is written here is not safe yet.' }
  const isLate = agoMs > (missing > 0 ? lateMs : unknownMs)
  return { state: isLate ? 'late' : 'ok', why: null }
}

const awayInWords = 'The bucket does not answer.'
const refusesInWords = 'The bucket takes nothing.'

// While the bucket has not answered since.
const whileAway = new Map([
  ['bucket-busy', awayInWords],
  ['bucket-unreachable', awayInWords],
  ['bucket-garbled', awayInWords],
  // It has run out, or another instance has it: the bucket tells when it next answers.
  ['lease-lost', 'The bucket has not answered lately.'],
])

const always = new Map<string, string | null>([
  // Each of these says that another instance writes.
  ...['lease-held', 'older-release', 'preview'].map((code) => [code, null] as const),
  ...[
    ...['billing-disabled', 'bucket-locked', 'bucket-missing', 'bucket-refuses', 'clock-skew'],
    ...['credentials-refused', 'key-unusable', 'no-conditional-writes', 'no-credentials'],
    ...['permission-denied', 'policy-violation', 'requester-pays', 'wrong-region'],
  ].map((code) => [code, refusesInWords] as const),
  ['disk-full', 'The disk of this server is full.'],
  ['first-copy', 'The first copy is not complete yet.'],
])

/**
 * What a problem means to visitors; null where it is none to them.
 *
 * @param isAway whether the bucket has not answered since
 */
function whyInWords(code: string | undefined, isAway: boolean): string | null {
  if (code === undefined) return null
  const away = whileAway.get(code)
  if (away) return isAway ? away : null
  return always.has(code) ? (always.get(code) ?? null) : 'This server can not write now.'
}

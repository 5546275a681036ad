import { setTimeout as sleep } from 'node:timers/promises'
import type { Bucket } from '../../../e2e/support/bucket.ts'
import type { Fault } from '../../../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import type { Chance } from './chance.ts'

export type BucketFault = {
  name: string
  weight: number
  /** Until when the app has to acknowledge again, in seconds after the fault's end. */
  boundSeconds: number
  /** Makes it, and ends it. */
  make(bucket: Bucket, chance: Chance): Promise<void>
}

const boundSeconds = 20

const answering = (status: number, weight: number): BucketFault => ({
  name: `bucket answers ${status}`,
  weight,
  boundSeconds,
  make: (bucket, chance) =>
    chance.of(0.5)
      ? forSome(bucket, { status }, Math.ceil(chance.between(0, 5)))
      : during(bucket, { status }, chance.between(100, 900)),
})

/** Faults that the app gets over in a moment. */
export const lightFaults: BucketFault[] = [
  ...copies('copies are refused', { status: 503 }),
  ...copies('copies hang', { hang: true }),
  ...copies('copies are done, and not answered', { lost: true }),
  ...copies('answers to copies are half', { half: 'answer' }),
  answering(429, 14),
  answering(500, 14),
  answering(503, 14),
  answering(403, 8),
  {
    name: 'bucket is slow',
    weight: 14,
    boundSeconds,
    make: (bucket, chance) =>
      during(bucket, { delayMs: chance.between(100, 1_500) }, chance.between(100, 900)),
  },
  {
    name: 'uploads hang for 1 to 2 s',
    weight: 10,
    boundSeconds,
    make: (bucket, chance) => {
      const delayMs = chance.between(1_000, 2_000)
      return during(bucket, { delayMs, only: 'writes' }, chance.between(100, 700))
    },
  },
  {
    name: 'connections cut',
    weight: 10,
    boundSeconds,
    make: (bucket) => away(bucket, 0),
  },
  {
    name: 'bucket away for less than 1 s',
    weight: 10,
    boundSeconds,
    make: (bucket, chance) => away(bucket, chance.between(100, 900)),
  },
]

const half = (ends: 'connection' | 'answer'): BucketFault => ({
  name: ends === 'connection' ? 'answers break off' : 'answers are half of what they were',
  weight: 2,
  boundSeconds,
  make: (bucket, chance) => during(bucket, { half: ends }, chance.between(100, 900)),
})

/** For longer than a renewal, and for longer than the lease. */
const long = (name: string, fault: Fault): BucketFault[] =>
  [
    [5_000, 8_000],
    [14_000, 18_000],
  ].map(([from = 0, to = 0]) => ({
    name: `${name} for ${from / 1_000} to ${to / 1_000} s`,
    weight: 0.3,
    boundSeconds,
    make: (bucket, chance) => during(bucket, fault, chance.between(from, to)),
  }))

/** What only a leadership notices that begins meanwhile. */
function copies(name: string, fault: Fault): BucketFault[] {
  return [
    {
      name,
      weight: 4,
      boundSeconds,
      make: (bucket, chance) =>
        during(bucket, { ...fault, only: /\/rewriteTo\// }, chance.between(500, 3_000)),
    },
  ]
}

/** Those, and some after which what it began has to be begun anew. */
export const allFaults: BucketFault[] = [
  ...lightFaults,
  half('connection'),
  half('answer'),
  {
    name: 'uploads hang for ever',
    weight: 0.5,
    boundSeconds,
    make: (bucket, chance) =>
      during(bucket, { hang: true, only: 'writes' }, chance.between(200, 1_000)),
  },
  {
    name: 'bucket away for longer than the lease',
    weight: 0.5,
    boundSeconds,
    make: (bucket, chance) => away(bucket, chance.between(13_000, 17_000)),
  },
  ...long('bucket hangs', { hang: true }),
  ...long('bucket answers 403', { status: 403 }),
  ...long('bucket answers 503', { status: 503 }),
  ...long('bucket answers with a page', { body: '<!doctype html><title>Sign in</title>' }),
]

async function during(bucket: Bucket, fault: Fault, ms: number): Promise<void> {
  bucket.inject(fault)
  await sleep(ms)
  bucket.inject(null)
}

async function forSome(bucket: Bucket, fault: Fault, requests: number): Promise<void> {
  const until = asked(bucket) + requests
  bucket.inject(fault)
  for (let ms = 0; ms < 1_000 && asked(bucket) < until; ms += 5) await sleep(5)
  bucket.inject(null)
}

async function away(bucket: Bucket, ms: number): Promise<void> {
  await bucket.cut()
  await sleep(ms)
  await bucket.mend()
}

function asked({ counts: { write, list, read } }: Bucket): number {
  return write + list + read
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Bucket } from '../../../e2e/support/bucket.ts'
import type { Fault } from '../../../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import type { Chance } from './chance.ts'

type BucketFault = {
  name: string
  weight: number
  /** Makes it, and ends it. */
  make(bucket: Bucket, chance: Chance): Promise<void>
}

type Span = [fromMs: number, toMs: number]

const short: Span = [100, 900]

/** Faults that the app gets over in a moment. */
export const lightFaults: BucketFault[] = [
  // What only a leadership notices that begins meanwhile.
  lasting('copies are refused', 4, [500, 3_000], { status: 503, only: /\/rewriteTo\// }),
  lasting('copies hang', 4, [500, 3_000], { hang: true, only: /\/rewriteTo\// }),
  lasting('copies are done, and not answered', 4, [500, 3_000], {
    lost: true,
    only: /\/rewriteTo\//,
  }),
  lasting('answers to copies are half', 4, [500, 3_000], { half: 'answer', only: /\/rewriteTo\// }),
  answering(429, 14),
  answering(500, 14),
  answering(503, 14),
  answering(403, 8),
  {
    name: 'bucket is slow',
    weight: 14,
    make: (bucket, chance) =>
      during(bucket, { delayMs: chance.between(100, 1_500) }, chance, short),
  },
  {
    name: 'uploads hang for 1 to 2 s',
    weight: 10,
    make: (bucket, chance) => {
      const fault: Fault = { delayMs: chance.between(1_000, 2_000), only: 'writes' }
      return during(bucket, fault, chance, [100, 700])
    },
  },
  away('connections cut', 10, [0, 0]),
  away('bucket away for less than 1 s', 10, short),
]

/** Those, and some after which what it began has to be begun anew. */
export const allFaults: BucketFault[] = [
  ...lightFaults,
  lasting('answers break off', 2, short, { half: 'connection' }),
  lasting('answers are half of what they were', 2, short, { half: 'answer' }),
  lasting('uploads hang for ever', 0.5, [200, 1_000], { hang: true, only: 'writes' }),
  away('bucket away for longer than the lease', 0.5, [13_000, 17_000]),
  ...long('bucket hangs', { hang: true }),
  ...long('bucket answers 403', { status: 403 }),
  ...long('bucket answers 503', { status: 503 }),
  ...long('bucket answers with a page', { body: '<!doctype html><title>Sign in</title>' }),
]

function lasting(name: string, weight: number, span: Span, fault: Fault): BucketFault {
  return { name, weight, make: (bucket, chance) => during(bucket, fault, chance, span) }
}

/** For longer than a renewal, and for longer than the lease. */
function long(name: string, fault: Fault): BucketFault[] {
  return [
    lasting(`${name} for 5 to 8 s`, 0.3, [5_000, 8_000], fault),
    lasting(`${name} for 14 to 18 s`, 0.3, [14_000, 18_000], fault),
  ]
}

function answering(status: number, weight: number): BucketFault {
  return {
    name: `bucket answers ${status}`,
    weight,
    make: (bucket, chance) =>
      chance.of(0.5)
        ? forSome(bucket, { status }, Math.ceil(chance.between(0, 5)))
        : during(bucket, { status }, chance, short),
  }
}

function away(name: string, weight: number, [fromMs, toMs]: Span): BucketFault {
  return {
    name,
    weight,
    make: async (bucket, chance) => {
      await bucket.cut()
      await sleep(chance.between(fromMs, toMs))
      await bucket.mend()
    },
  }
}

async function during(bucket: Bucket, fault: Fault, chance: Chance, [from, to]: Span) {
  bucket.inject(fault)
  await sleep(chance.between(from, to))
  bucket.inject(null)
}

async function forSome(bucket: Bucket, fault: Fault, requests: number): Promise<void> {
  const until = asked(bucket) + requests
  bucket.inject(fault)
  for (let ms = 0; ms < 1_000 && asked(bucket) < until; ms += 5) await sleep(5)
  bucket.inject(null)
}

function asked({ counts: { write, list, read } }: Bucket): number {
  return write + list + read
}

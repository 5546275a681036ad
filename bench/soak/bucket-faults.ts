import { setTimeout as sleep } from 'node:timers/promises'
import type { Bucket } from '../../e2e/support/bucket.ts'
import type { Fault } from '../../e2e/support/faulty-proxy.ts'
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
// A hanging upload is given up after 20 s of failures, and letting go of it takes its time.
const heavyBoundSeconds = 60

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

/** Those, and some that it gets over only when it gives up what it began. */
export const allFaults: BucketFault[] = [
  ...lightFaults,
  {
    name: 'uploads hang for ever',
    weight: 0.5,
    boundSeconds: heavyBoundSeconds,
    make: (bucket, chance) =>
      during(bucket, { hang: true, only: 'writes' }, chance.between(200, 1_000)),
  },
  {
    name: 'bucket away for longer than the lease',
    weight: 0.5,
    boundSeconds: heavyBoundSeconds,
    make: (bucket, chance) => away(bucket, chance.between(13_000, 17_000)),
  },
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

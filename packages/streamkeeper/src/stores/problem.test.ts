import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type ProblemCode, ReplicationProblem } from './problem.ts'

// All of them, as the type has it.
const codes = Object.keys({
  'another-writer': 0,
  'billing-disabled': 0,
  'bucket-busy': 0,
  'bucket-garbled': 0,
  'bucket-locked': 0,
  'bucket-missing': 0,
  'bucket-refuses': 0,
  'bucket-unreachable': 0,
  'clock-skew': 0,
  'credentials-refused': 0,
  'disk-full': 0,
  'first-copy': 0,
  'key-unusable': 0,
  'lease-damaged': 0,
  'lease-held': 0,
  'lease-lost': 0,
  'lease-newer': 0,
  'litestream-failed': 0,
  'newer-schema': 0,
  'no-conditional-writes': 0,
  'no-credentials': 0,
  'not-registered': 0,
  'object-missing': 0,
  'old-replica-damaged': 0,
  'other-service': 0,
  'permission-denied': 0,
  'policy-violation': 0,
  'replica-ambiguous': 0,
  'replica-behind': 0,
  'replica-damaged': 0,
  'replica-missing': 0,
  'requester-pays': 0,
  'wrong-region': 0,
} satisfies Record<ProblemCode, 0>) as ProblemCode[]

// A folder has none of them.
const ofBuckets = new Set<ProblemCode>(['credentials-refused', 'no-credentials', 'wrong-region'])

const configuration = readFileSync(
  join(import.meta.dirname, '../../../../docs/configuration.md'),
  'utf8',
)

describe('A problem of the replica', () => {
  it('has a next step in docs/configuration.md, whatever its code is', () => {
    const rows = configuration.split('\n').filter((line) => line.startsWith('| `'))
    assert.deepEqual(
      codes.filter((code) => !rows.some((row) => row.split('|')[1]?.includes(`\`${code}\``))),
      [],
    )
  })

  for (const code of codes) {
    it(`is told to servers and commands alike: ${code}`, () => {
      const { message } = new ReplicationProblem(code, 'gs://b/p', 'detail')
      assert.doesNotMatch(message, /goes on/)
      assert.match(message, /\(gs:\/\/b\/p: detail\)$/)
    })

    it(`names nothing of Google where the store speaks S3: ${code}`, () => {
      const { message } = new ReplicationProblem(code, 's3://b/p', 'detail')
      const isOfGoogle = ['billing-disabled', 'requester-pays', 'disk-full'].includes(code)
      if (!isOfGoogle) assert.doesNotMatch(message, /gcloud|Google|Cloud|roles\/|service account/)
    })

    it(`names no variable and no cloud where the bucket is a folder: ${code}`, () => {
      const { message, summary } = new ReplicationProblem(code, 'file:///b', 'detail')
      if (ofBuckets.has(code)) return
      assert.doesNotMatch(message, /REPLICA_URL|service account|roles\/|Cloud Run/)
      assert.doesNotMatch(summary, /file:/)
    })
  }
})

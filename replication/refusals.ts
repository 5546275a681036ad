import type { ProblemCode } from './problem.ts'

// By Google's reasons, https://cloud.google.com/storage/docs/json_api/v1/status-codes, and, where the
// reason is that of a right that is missing, by the words.
const refusals: [RegExp, ProblemCode][] = [
  [
    /retentionPolicyNotMet|objectUnderActiveHold|cannot be deleted, overwritten or archived/i,
    'bucket-locked',
  ],
  [/UserProjectMissing|requester pays bucket/i, 'requester-pays'],
  [
    /accountDisabled|AccountProblem|billing account for|to be billed |billing disabled/i,
    'billing-disabled',
  ],
  [/cloudKms|Cloud KMS key|\/cryptoKeys\//i, 'key-unusable'],
  [
    /vpcServiceControls|prohibited by organization|orgPolicyConstraint|violates constraint|IP filtering/i,
    'policy-violation',
  ],
  [/rateLimitExceeded|quotaExceeded|SlowDown|exceeded the rate limit/i, 'bucket-busy'],
]

/** What Cloud Storage refuses a request for, by its answer, or by one that Litestream repeats. */
export function refusalIn(answer: string): ProblemCode | undefined {
  return refusals.find(([sign]) => sign.test(answer))?.[1]
}

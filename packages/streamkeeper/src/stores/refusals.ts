import type { ProblemCode } from './problem.ts'

// By Google's reasons, https://cloud.google.com/storage/docs/json_api/v1/status-codes, whose first
// letter is a capital in the XML API, and, where the reason is that of a right that is missing, by the
// words. Names of buckets and accounts, which are in the words too, have no capitals.
const refusals: [RegExp, ProblemCode][] = [
  [
    /[Rr]etentionPolicyNotMet|[Oo]bjectUnderActiveHold|cannot be deleted, overwritten or archived/,
    'bucket-locked',
  ],
  [/[Uu]serProjectMissing|requester pays bucket/, 'requester-pays'],
  [
    /[Aa]ccountDisabled|AccountProblem|[Bb]illing account for|to be billed |[Bb]illing disabled/,
    'billing-disabled',
  ],
  [/[Cc]loudKms|Cloud KMS key|\/cryptoKeys\//, 'key-unusable'],
  [
    /vpcServiceControls|VPC Service Controls|[Ss]ecurityPolicyViolated|prohibited by organization|[Oo]rgPolicyConstraint|violates constraint|IP [Ff]iltering/,
    'policy-violation',
  ],
  // Of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  [/RequestTimeTooSkewed|RequestExpired/, 'clock-skew'],
  [
    /InvalidAccessKeyId|AdminUserNotFound|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired/,
    'credentials-refused',
  ],
  [
    /AuthorizationHeaderMalformed|PermanentRedirect|BucketRegionError|IllegalLocationConstraint|MovedPermanently/,
    'wrong-region',
  ],
  [/KMS\.[A-Z]\w+|kms:[A-Z]\w+/, 'key-unusable'],
  [
    /[Rr]ateLimitExceeded|[Qq]uotaExceeded|SlowDown|exceeded the rate limit|(Error|response code) 429/,
    'bucket-busy',
  ],
]

/** What a bucket refuses a request for, by its answer, or by one that Litestream repeats. */
export function refusalIn(answer: string): ProblemCode | undefined {
  return refusals.find(([sign]) => sign.test(answer))?.[1]
}

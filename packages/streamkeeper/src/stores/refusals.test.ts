import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerProblem } from './bucket-problem.ts'
import { type ProblemCode, problemFrom } from './problem.ts'

const object = "Object 'my-data/visits/lease.json'"
const json = (code: number, message: string, reason: string) =>
  JSON.stringify({ error: { code, message, errors: [{ message, domain: 'global', reason }] } })

// As people have met them in public threads; the reasons are of
// https://cloud.google.com/storage/docs/json_api/v1/status-codes
const refusals: [ProblemCode, number, string, string][] = [
  [
    'bucket-locked',
    403,
    `${object} is subject to bucket's retention policy and cannot be deleted, overwritten or archived until 2027-01-01T00:00:00.5-08:00`,
    'retentionPolicyNotMet',
  ],
  // Years ago the reason was no other than that of a right that is missing.
  [
    'bucket-locked',
    403,
    `${object} is subject to bucket's retention policy and cannot be deleted, overwritten or archived until 2027-01-01T00:00:00.5-08:00`,
    'forbidden',
  ],
  [
    'bucket-locked',
    403,
    `${object} is under active Event-Based hold and cannot be deleted, overwritten or archived until hold is removed.`,
    'objectUnderActiveHold',
  ],
  [
    'bucket-locked',
    403,
    `${object} is under active Temporary hold and cannot be deleted, overwritten or archived until hold is removed.`,
    'forbidden',
  ],
  [
    'requester-pays',
    400,
    'Bucket is a requester pays bucket but no user project provided.',
    'required',
  ],
  [
    'requester-pays',
    400,
    'Bucket is requester pays bucket but no user project provided.',
    'UserProjectMissing',
  ],
  [
    'billing-disabled',
    403,
    'The billing account for the owning project is disabled in state absent',
    'accountDisabled',
  ],
  [
    'billing-disabled',
    403,
    'The project to be billed is associated with a closed billing account.',
    'accountDisabled',
  ],
  ['billing-disabled', 403, 'The project to be billed has not configured billing.', 'forbidden'],
  [
    'key-unusable',
    403,
    'Permission denied on Cloud KMS key. Please ensure that your Cloud Storage service account has been authorized to use this key.',
    'forbidden',
  ],
  ['key-unusable', 400, 'The key is disabled.', 'cloudKmsDisabledKey'],
  [
    'policy-violation',
    403,
    "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x",
    'vpcServiceControls',
  ],
  ['policy-violation', 403, 'Request violates VPC Service Controls.', 'SecurityPolicyViolated'],
  [
    'policy-violation',
    412,
    "Request violates constraint 'constraints/gcp.restrictNonCmekServices'",
    'orgPolicyConstraintFailed',
  ],
  [
    'bucket-busy',
    429,
    `The object my-data/visits/lease.json exceeded the rate limit for object mutation operations (create, update, and delete). Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.`,
    'rateLimitExceeded',
  ],
  ['bucket-busy', 403, 'Rate limit exceeded', 'rateLimitExceeded'],
  [
    'permission-denied',
    403,
    'billing-visits-server@p.iam.gserviceaccount.com does not have storage.objects.create access to the Google Cloud Storage object.',
    'forbidden',
  ],
]

describe('What Cloud Storage refuses', () => {
  for (const [code, status, message, reason] of refusals) {
    it(`is ${code} by its answer: ${status} ${reason} ${message.slice(0, 60)}`, () => {
      const text = json(status, message, reason)
      const problem = answerProblem({ status, text }, 'gs://my-data/visits')
      assert.equal(problem.code, code)
      assert.ok(problem.message.includes(message))
    })

    it(`is ${code} in Litestream's words: ${status} ${reason} ${message.slice(0, 60)}`, () => {
      const words = `write ltx file: googleapi: Error ${status}: ${message}, ${reason}`
      assert.equal(problemFrom(words, 'gs://my-data/visits').code, code)
    })
  }

  it('is known by the words of the XML API, too', () => {
    const xml = (name: string) =>
      `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${name}</Code><Message>No.</Message></Error>`
    const codeOf = (status: number, name: string) =>
      answerProblem({ status, text: xml(name) }, 'gs://b').code
    assert.equal(codeOf(400, 'UserProjectMissing'), 'requester-pays')
    assert.equal(codeOf(403, 'AccountProblem'), 'billing-disabled')
    assert.equal(codeOf(403, 'UserProjectAccountProblem'), 'billing-disabled')
    assert.equal(codeOf(429, 'SlowDown'), 'bucket-busy')
    assert.equal(codeOf(403, 'RetentionPolicyNotMet'), 'bucket-locked')
    assert.equal(codeOf(403, 'CloudKmsDisabledKey'), 'key-unusable')
    assert.equal(codeOf(403, 'SecurityPolicyViolated'), 'policy-violation')
    assert.equal(codeOf(403, 'AccessDenied'), 'permission-denied')
  })

  it('is not told by the names of a bucket or an account', () => {
    for (const name of ['slowdown', 'cloudkms', 'accountproblem', 'quotaexceeded']) {
      const message = `${name}@p.iam.gserviceaccount.com does not have storage.objects.get access to ${name}/lease.json.`
      const { code } = answerProblem(
        { status: 403, text: json(403, message, 'forbidden') },
        'gs://b',
      )
      assert.equal(code, 'permission-denied')
    }
  })

  it("is bucket-busy by Litestream's status alone, where there are no words", () => {
    for (const words of ['Error 429: ', 'got HTTP response code 429 with body: ']) {
      assert.equal(problemFrom(`open ltx file: googleapi: ${words}`, 'gs://b').code, 'bucket-busy')
    }
  })

  it('is no silence of the bucket where nobody knows the reason', () => {
    const { code, message } = answerProblem({ status: 400, text: 'Bad.' }, 'gs://b')
    assert.equal(code, 'bucket-refuses')
    assert.match(message, /400 Bad\./)
  })
})

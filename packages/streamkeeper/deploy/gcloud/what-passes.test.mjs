import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { whatPasses } from './problems.mjs'

describe('a failure that passes', () => {
  // In the words of gcloud 528 and of the servers it asks; the links say where they were seen.
  const sayings = [
    [
      'storage buckets add-iam-policy-binding',
      'HTTPError 400: Service account visits-server@x does not exist.',
    ],
    ['storage buckets add-iam-policy-binding', 'gs://my-data not found: 404.'],
    [
      'storage buckets add-iam-policy-binding',
      'HTTPError 412: At least one of the pre-conditions you specified did not hold.',
    ],
    [
      'secrets add-iam-policy-binding',
      'NOT_FOUND: Secret [projects/1/secrets/visits-admin-token] not found.',
    ],
    // https://github.com/openshift/release/pull/8023
    [
      'projects add-iam-policy-binding',
      'Resource in projects [my-project:setIamPolicy] is the subject of a conflict: There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
    ],
    [
      'secrets create',
      'PERMISSION_DENIED: Secret Manager API has not been used in project 1 before or it is disabled. If you enabled this API recently, wait a few minutes',
    ],
    [
      'iam service-accounts create',
      "RESOURCE_EXHAUSTED: Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute' of service 'iam.googleapis.com'",
    ],
    [
      'run deploy',
      'INVALID_ARGUMENT: Build service account projects/my-project/serviceAccounts/visits-build@x does not exist',
    ],
    // https://github.com/google/mcp-security/issues/132
    [
      'run deploy',
      'INVALID_ARGUMENT: Invalid build request. could not resolve source: googleapi: Error 403: visits-build@x does not have storage.objects.get access to the Google Cloud Storage object., forbidden',
    ],
    // https://github.com/GoogleCloudPlatform/terraform-google-cloud-run/issues/28
    [
      'run deploy',
      'PERMISSION_DENIED: Google Cloud Run Service Agent does not have permission to get access tokens for the service account visits-server@x. Please give service-1@serverless-robot-prod.iam.gserviceaccount.com permission iam.serviceAccounts.getAccessToken on the service account.',
    ],
    [
      'run deploy',
      'Google Cloud Run Service Agent service-1@serverless-robot-prod.iam.gserviceaccount.com must have permission to read the image, image@sha256:1. If you just enabled the Cloud Run API, the permissions might take a few minutes to propagate.',
    ],
    [
      'run deploy',
      "PERMISSION_DENIED: Permission 'iam.serviceaccounts.actAs' denied on service account visits-server@x (or it may not exist).",
    ],
    [
      'run deploy',
      'spec.template.spec.containers[0].env[2].value_from.secret_key_ref.name: Permission denied on secret: projects/1/secrets/visits-admin-token/versions/1 for Revision service account visits-server@x.',
    ],
    ['run deploy', 'ERROR: (gcloud.run.deploy) ABORTED: Conflict for resource visits'],
    ['run jobs deploy', 'UNAVAILABLE: The service is currently unavailable.'],
    [
      'run jobs add-iam-policy-binding',
      "NOT_FOUND: Resource 'visits-verify' of kind 'JOB' in region 'europe-west1' in project 'my-project' does not exist.",
    ],
    ['scheduler jobs create', 'NOT_FOUND: Unknown service account visits-schedule@x'],
  ]
  for (const [command, message] of sayings) {
    it(`is known by "${message.slice(0, 90)}" of ${command}`, () => {
      for (const words of [message, message.toLowerCase()]) {
        assert.notEqual(whatPasses(words, command.split(' ')), null)
      }
    })
  }
})

describe('a failure that stays', () => {
  it('is no such failure', () => {
    const addition = ['secrets', 'add-iam-policy-binding', 'x']
    for (const [args, message] of [
      // What is said after Ctrl-C.
      [['run', 'deploy', 'x'], 'The operation was aborted'],
      [['run', 'deploy', 'x'], 'Deployment aborted.'],
      [addition, 'PERMISSION_DENIED: Permission secretmanager.secrets.setIamPolicy denied'],
      [['run', 'deploy', 'x'], 'NOT_FOUND: Subnet [default] not found'],
      [
        ['run', 'deploy', 'x'],
        "Permission denied on 'locations/mars-east1' (or it may not exist).",
      ],
      [['iam', 'service-accounts', 'create'], 'RESOURCE_EXHAUSTED: Maximum number of accounts'],
    ]) {
      assert.equal(whatPasses(message, args), null)
    }
  })
})

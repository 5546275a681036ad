import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failureOf, saysThere, whatPasses } from './problems.mjs'

describe('a failure that stays', () => {
  // In the words of gcloud 528 and of the servers it asks; the links say where they were seen.
  const sayings = [
    [
      'You do not currently have an active account selected.',
      /not logged in: run `gcloud auth login`/,
    ],
    ["PERMISSION_DENIED: Project 'my-project' not found or permission denied.", /check --project/],
    [
      "FAILED_PRECONDITION: Billing account for project '1' is not found. Billing must be enabled for activation of service(s).",
      /no open billing account: link one/,
    ],
    [
      'PERMISSION_DENIED: Permission iam.serviceAccounts.create is required.',
      /ask an owner of the project/,
    ],
    ['unrecognized arguments: --max', /too old\. Update it:\n {2}gcloud components update\n/],
    [
      "FAILED_PRECONDITION: Constraint constraints/run.allowedIngress violated for 'projects/1'",
      /A policy of your organization/,
    ],
    [
      'INVALID_ARGUMENT: build.service_account must be specified due to the evaluation of the following org policies: constraints/x',
      /A policy of your organization/,
    ],
    [
      'FAILED_PRECONDITION: Operation denied by org policy: ["constraints/run.managed.requireInvokerIam": "Require Invoker IAM check"].',
      /everybody may read \(run\.managed\.requireInvokerIam\): give --no-public/,
    ],
    [
      'FAILED_PRECONDITION: One or more users named in the policy do not belong to a permitted customer,  perhaps due to an organization policy.',
      /only its own members have rights \(iam\.allowedPolicyMemberDomains\)/,
    ],
    [
      "HTTPError 412: 'us' violates constraint 'constraints/gcp.resourceLocations'",
      /only some regions .*choose one of them with --region/,
    ],
    // https://github.com/google-github-actions/deploy-cloudrun/issues/480
    [
      'FAILED_PRECONDITION: failed precondition: due to quota restrictions, cannot run builds in this region. Please contact support',
      /give --build-region with one that .* or build the image elsewhere and give --image/,
    ],
    [
      'HTTPError 400: The specified location constraint is not valid.',
      /no such region, or it is closed to you/,
    ],
    [
      'The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout. Logs for this revision might contain more information.',
      /The app did not start.*`npx streamkeeper logs`/,
    ],
    [
      'The user-provided container failed the configured startup probe checks. Logs for this revision might contain more information.',
      /The app did not start.*`npx streamkeeper logs`/,
    ],
    // https://github.com/firebase/firebase-tools/pull/5867
    [
      'spec.template.spec.containers.resources.limits.cpu: Invalid value specified for cpu. For the specified value, maxScale may not exceed 10. Consider requesting an increase in quota for this region',
      /give a smaller --max-instances or --max-readers/,
    ],
    [
      'Google Cloud Run Service Agent service-1@serverless-robot-prod.iam.gserviceaccount.com must have permission to read the image, other/image. Note that the image is from project [other], which is not the same as this project [my-project].',
      /Cloud Run can't read the image: .*roles\/artifactregistry\.reader/,
    ],
    [
      'RESOURCE_EXHAUSTED: Maximum number of service accounts on project reached.',
      /A quota of the project is used up/,
    ],
  ]
  for (const [message, meaning] of sayings) {
    it(`says what it means: "${message.slice(0, 90)}"`, () => {
      const failure = failureOf(message, ['run', 'deploy', 'visits', '--project', 'p'])
      assert.match(failure.message, /^gcloud run deploy visits failed\.\n/)
      assert.match(failure.message, meaning)
      assert.ok(failure.message.endsWith(message))
      assert.equal(whatPasses(message, ['run', 'deploy']), null)
    })
  }
})

describe('a failure that passes', () => {
  it('is none of rights, where only an API has to become known', () => {
    const message =
      'ERROR: (gcloud.run.services.list) PERMISSION_DENIED: Cloud Run Admin API has not been used in project my-project before or it is disabled. If you enabled this API recently, wait a few minutes. reason: SERVICE_DISABLED'
    const failure = failureOf(message, ['run', 'services', 'list', '--project', 'p'])
    assert.match(failure.message, /enabled only just now.*the same command again in some minutes/)
    assert.doesNotMatch(failure.message, /You may not do that/)
  })
})

describe('what was to be made', () => {
  it('is there where gcloud says so, in each of its ways', () => {
    for (const message of [
      'ALREADY_EXISTS: Secret [x] already exists.',
      'Resource in projects [p] is the subject of a conflict: Service account a already exists within project projects/p.',
      'HTTPError 409: Your previous request to create the named bucket succeeded and you already own it.',
    ]) {
      assert.ok(saysThere(message, ['secrets', 'create']))
      assert.ok(!saysThere(message, ['run', 'deploy', 'visits']))
    }
  })
})

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

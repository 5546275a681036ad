import { namesOf } from '../names.mjs'
import { roles } from '../settings.mjs'
import { account } from './steps/account.mjs'
import { enableApis } from './steps/apis.mjs'
import { bucket } from './steps/bucket.mjs'
import { grant } from './steps/grant.mjs'
import { schedule } from './steps/schedule.mjs'
import { service } from './steps/service.mjs'
import { token } from './steps/token.mjs'
import { verifyJob } from './steps/verify-job.mjs'

/**
 * All that a deployment makes, in the order in which one needs the other. Teardown goes backwards.
 * @returns {import('./steps/step.mjs').Step[]}
 */
export function stepsOf(options) {
  const { accounts, bucketUrl, secret, verifyJob: job } = namesOf(options)
  const onBucket = {
    kind: 'storage buckets',
    name: bucketUrl,
    api: 'storage.googleapis.com',
    outlives: true,
  }
  const onSecret = { kind: 'secrets', name: secret, api: 'secretmanager.googleapis.com' }
  const onJob = { kind: 'run jobs', name: job, api: 'run.googleapis.com' }
  const onProject = {
    kind: 'projects',
    name: options.project,
    api: 'cloudresourcemanager.googleapis.com',
    // Where a policy has conditions, gcloud asks which one is meant.
    flags: { condition: 'None' },
    outlives: true,
  }
  const { server, build, verify, schedule: scheduler } = accounts
  return [
    enableApis(options),

    // Google's default for builds may have no rights, or those of an editor on the whole project. It
    // comes first, as a role may take a minute to be known everywhere.
    account(build, options),
    grant({ account: build, role: roles.build.project, ...onProject }, options),

    bucket(options),

    account(server, options),
    grant({ account: server, role: roles.server.bucket, ...onBucket }, options),
    token(options),
    grant({ account: server, role: roles.server.secret, ...onSecret }, options),
    service(options),

    account(verify, options),
    grant({ account: verify, role: roles.verify.bucket, ...onBucket }, options),
    verifyJob(options),

    account(scheduler, options),
    grant({ account: scheduler, role: roles.schedule.job, ...onJob }, options),
    schedule(options),
  ]
}

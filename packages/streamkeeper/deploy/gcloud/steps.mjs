import { namesOf, roles } from '../settings.mjs'
import { without } from './plan.mjs'
import { account, enableApis, everybody, grant, onProject, onSecret } from './steps/access.mjs'
import { bucket } from './steps/bucket.mjs'
import { builder } from './steps/image.mjs'
import { firstWrite, reader } from './steps/reader.mjs'
import { databaseUrl, token } from './steps/secrets.mjs'
import { service } from './steps/service.mjs'
import { traffic } from './steps/traffic.mjs'
import { schedule, verifyJob } from './steps/verify.mjs'

/** All that a deployment makes, in the order in which one needs the other. */
export function stepsOf(options) {
  const { databaseUrlSecret, readers } = options
  const first = [enableApis(options), ...tokens(options), ...builder(options)]
  if (databaseUrlSecret) {
    return [
      ...first,
      ...database(options),
      ...closed(options),
      service(options),
      traffic(options),
      // It would compare a bucket that nobody writes to any more with the app.
      ...withoutSchedule(options),
    ]
  }
  return [
    ...first,
    bucket(options),
    ...writer(options),
    // Before the service, whose build takes longer than it takes a role to be known everywhere.
    ...(readers.length > 0 ? readersAccess(options) : []),
    ...closed(options),
    service(options),
    traffic(options),
    ...(readers.length > 0 ? [firstWrite(options)] : []),
    ...verification(options),
    // After the service: readers of this release need what it has made of the data.
    ...readers.flatMap((region) => [
      reader(region, options),
      traffic({ ...options, region, service: namesOf(options).readers }),
    ]),
  ]
}

/** All that any deployment may have made, in the order in which it can be taken away. */
export function stepsToRemove(options) {
  return [
    ...tokens(options),
    ...builder(options),
    ...(options.bucket ? [bucket(options)] : []),
    ...writer(options),
    ...readersAccess(options),
    ...database({ ...options, cloudSql: true }),
    service(options),
    ...verification(options),
    ...options.readers.map((region) => reader(region, options)),
  ]
    .filter(({ remove }) => remove)
    .reverse()
}

/** What a new image needs to be built and run, of what older releases did not make. */
export function stepsOfImage(options) {
  const { accounts } = namesOf(options)
  const account = options.databaseUrlSecret ? 'database' : 'server'
  return [
    ...tokens(options),
    ...builder(options),
    ...onTokens(accounts[account], roles[account].secret, options),
  ]
}

function tokens(options) {
  const { actionKey, secret } = namesOf(options)
  // Next decodes its key as base64.
  return [token(secret, options), token(actionKey, options, 'base64')]
}

// The token that admins sign in with, and the key of the image's server actions.
function onTokens(account, role, options) {
  const { actionKey, secret } = namesOf(options)
  return [secret, actionKey].map((name) => onSecret(account, role, name, options))
}

function writer(options) {
  const { accounts } = namesOf(options)
  return [
    account(accounts.server, options),
    ...onBucket(accounts.server, roles.server.bucket, options),
    ...onTokens(accounts.server, roles.server.secret, options),
  ]
}

function readersAccess(options) {
  const { accounts, forwardSecret } = namesOf(options)
  return [
    token(forwardSecret, options),
    onSecret(accounts.server, roles.server.secret, forwardSecret, options),
    account(accounts.readers, options),
    ...onBucket(accounts.readers, roles.readers.bucket, options),
    ...onTokens(accounts.readers, roles.readers.secret, options),
    onSecret(accounts.readers, roles.readers.secret, forwardSecret, options),
  ]
}

// Before the service: where it can't be closed, nothing new is built.
function closed(options) {
  return options.isPublic ? [] : [without(everybody(options))]
}

function database(options) {
  const { databaseUrlSecret } = options
  const { accounts } = namesOf(options)
  const role = roles.database.secret
  return [
    account(accounts.database, options),
    ...onTokens(accounts.database, role, options),
    ...(databaseUrlSecret
      ? [
          databaseUrl(options),
          onSecret(accounts.database, role, databaseUrlSecret, options, { outlives: true }),
        ]
      : []),
    ...(options.cloudSql ? [onProject(accounts.database, roles.database.project, options)] : []),
  ]
}

function verification(options) {
  const { accounts, verifyJob: name } = namesOf(options)
  const { verify, schedule: scheduler } = accounts
  const onJob = { kind: 'run jobs', name, api: 'run.googleapis.com' }
  return [
    account(verify, options),
    ...onBucket(verify, roles.verify.bucket, options),
    verifyJob(options),
    ...(options.noSchedule
      ? withoutSchedule(options)
      : [
          account(scheduler, options),
          grant({ account: scheduler, role: roles.schedule.job, ...onJob }, options),
          schedule(options),
          ...leftSchedule(options),
        ]),
  ]
}

function withoutSchedule(options) {
  return [without(schedule(options)), ...leftSchedule(options)]
}

// The one where it would be if no other region were given.
function leftSchedule({ scheduleRegion, ...options }) {
  const isElsewhere = scheduleRegion && scheduleRegion !== options.region
  return isElsewhere ? [without(schedule(options))] : []
}

// None where no bucket is named, for a teardown of what never had one.
function onBucket(account, role, options) {
  if (!options.bucket) return []
  const name = namesOf(options).bucketUrl
  const thing = { kind: 'storage buckets', name, api: 'storage.googleapis.com', outlives: true }
  return [grant({ account, role, ...thing }, options)]
}

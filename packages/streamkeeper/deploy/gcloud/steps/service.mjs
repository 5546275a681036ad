import { Failure } from '../../../src/cli/lib/failure.mjs'
import { namesOf, onDatabase, service as settings } from '../../settings.mjs'
import { describeService, gcloud } from '../command.mjs'
import { refuseUnknownRegion } from '../project.mjs'
import { newestMigration } from '../schema.mjs'
import { warnOfOpening } from './access.mjs'
import { asPreview, pairs, serviceFlags, variablesOfAll } from './flags.mjs'
import { build, imageOf, originOf } from './image.mjs'
import { refuseLeftReaders } from './reader.mjs'

/** The Cloud Run service: every deployment builds the source and brings a new revision. */
export function service(options) {
  const { project, region, service: name } = options
  return {
    title: `a new revision of the service ${name}, ${originOf(options)}`,
    removed: `the service ${name}, with all its revisions`,
    api: 'run.googleapis.com',
    look: async (cloud) => {
      await refuseLeftReaders(cloud, options)
      const found = await cloud.find(describeService(options))
      if (!found) {
        await refuseUnknownRegion(cloud, region, '--region', options)
        return 'missing'
      }
      refuseOtherData(found, options)
      return 'again'
    },
    note: (cloud) => warnOfOpening(cloud, options),
    make: deployCommands(options),
    remove: [gcloud('run services delete', [name], { project, region })],
  }
}

/**
 * What whoever deploys should know: the service has its data in one place now, and will look for it
 * in another.
 */
export async function warnOfMove(cloud, options) {
  const found = await cloud.find(describeService(options))
  const now = found && keeperOf(found)
  const next = options.databaseUrlSecret
    ? inDatabase(options.databaseUrlSecret)
    : namesOf(options).replicaUrl
  if (!now || now === next) return null
  return `Until now ${options.service} has its data in ${now}. The new revision looks for it in ${next}, and shows what is there: bring the data over first.`
}

/**
 * The new revision would start with what is there, perhaps nothing, and look like a loss.
 * @throws {Failure} where the service has its data elsewhere
 */
export function refuseOtherData(found, options) {
  const { bucket, databaseUrlSecret, path, service } = options
  const url = variable(found, 'REPLICA_URL')?.value
  const { replicaUrl } = namesOf(options)
  if (databaseUrlSecret || !bucket || path === undefined) return
  if (url === undefined || url === replicaUrl) return
  throw new Failure(
    `The service ${service} keeps its data in ${url}, and you named ${replicaUrl}: name that --bucket and --path, or another --service.`,
  )
}

function keeperOf(found) {
  const secret = variable(found, 'DATABASE_URL')?.valueFrom?.secretKeyRef?.name
  return secret ? inDatabase(secret) : variable(found, 'REPLICA_URL')?.value
}

function inDatabase(secret) {
  return `the database whose URL is in the secret ${secret}`
}

function variable({ spec }, wanted) {
  const { env = [] } = spec?.template?.spec?.containers?.[0] ?? {}
  return env.find(({ name }) => name === wanted)
}

/** @returns {import('../command.mjs').Command[]} */
export function deployCommands(options) {
  return [...build(options), deployService(options)]
}

function deployService(options) {
  const { project, region, service: name } = options
  const flags = {
    project,
    region,
    image: imageOf(options),
    ...(options.databaseUrlSecret ? flagsOnDatabase(options) : flagsOnBucket(options)),
  }
  return gcloud('run deploy', [name], options.preview ? asPreview(flags, options.preview) : flags)
}

/** The variables of the service that writes to the bucket. */
export function variablesOnBucket(options) {
  return {
    REPLICA_URL: namesOf(options).replicaUrl,
    ...variablesOfAll(options),
    ...leaveToBreak(options, options.app.migrations),
  }
}

// By the name of the newest migration, so that it is no leave for the next one.
function leaveToBreak({ allowBreakingMigration }, migrations) {
  return (
    allowBreakingMigration && { ALLOW_BREAKING_MIGRATION: newestMigration({ migrations })?.tag }
  )
}

function flagsOnBucket(options) {
  const { accounts, forwardSecret } = namesOf(options)
  return {
    ...serviceFlags(settings, {
      ...options,
      account: accounts.server,
      minInstances: options.min ?? settings.minInstances,
      maxInstances: settings.maxInstances,
      env: pairs(variablesOnBucket(options)),
      secrets: options.readers.length > 0 ? { FORWARD_TOKEN: forwardSecret } : {},
    }),
    clearCloudsqlInstances: true,
    clearNetwork: true,
  }
}

function flagsOnDatabase(options) {
  const { databaseUrlSecret, cloudSql, subnet } = options
  const { accounts } = namesOf(options)
  return {
    ...serviceFlags(onDatabase, {
      ...options,
      account: accounts.database,
      minInstances: options.min ?? onDatabase.minInstances,
      maxInstances: options.maxInstances ?? onDatabase.maxInstances,
      env: pairs({
        ...variablesOfAll(options),
        ...leaveToBreak(options, options.app.postgresMigrations),
      }),
      secrets: { DATABASE_URL: databaseUrlSecret },
    }),
    ...(cloudSql ? { setCloudsqlInstances: cloudSql } : { clearCloudsqlInstances: true }),
    ...(subnet ? { subnet, vpcEgress: 'private-ranges-only' } : { clearNetwork: true }),
  }
}

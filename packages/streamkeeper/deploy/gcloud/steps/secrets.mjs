import { Failure } from '../../../src/cli/lib/failure.mjs'
import { namesOf } from '../../settings.mjs'
import { gcloud, readingToken } from '../command.mjs'
import { enabledApis } from '../project.mjs'

/**
 * A secret that holds a random token. It is made once and kept: a new one would lock out whoever has
 * noted it.
 * @param {string} secret its name
 */
export function token(secret, { project }, encoding = 'base64url') {
  return {
    title: `the secret ${secret}`,
    api: 'secretmanager.googleapis.com',
    look: async (cloud) => {
      if (!(await cloud.find(gcloud('secrets describe', [secret], { project })))) return 'missing'
      // gcloud makes the secret and its first version one after the other.
      return (await hasVersion(cloud, secret, project)) ? 'there' : 'differs'
    },
    make: [
      readingToken(
        gcloud('secrets create', [secret], { project, replicationPolicy: 'automatic' }),
        encoding,
      ),
    ],
    change: [readingToken(gcloud('secrets versions add', [secret], { project }), encoding)],
    remove: [gcloud('secrets delete', [secret], { project })],
  }
}

/** Whether a secret that is there has something in it that may be read. */
async function hasVersion(cloud, secret, project) {
  const versions = await cloud.find(listEnabled(secret, { project }))
  return versions?.length > 0
}

/**
 * Asks for the number of a secret's newest version that is enabled. A revision is told it: with
 * `latest` it would have a new version whenever one of its instances starts, and none where the
 * newest is disabled.
 * @param {string} secret its name
 */
export function newestVersion(secret, project) {
  // Google lists the newest first:
  // https://cloud.google.com/secret-manager/docs/reference/rest/v1/ListSecretVersionsResponse
  return listEnabled(secret, { project, limit: 1, format: 'value(name.basename())' })
}

/** Lists the versions of a secret that may be read, the newest first. */
export function listEnabled(secret, flags) {
  return gcloud('secrets versions list', [secret], { filter: 'state=ENABLED', ...flags })
}

/**
 * The secret with the database's URL. There is a password in it, so it is made by whoever knows that,
 * and never taken away.
 */
export function databaseUrl({ project, databaseUrlSecret: secret }) {
  return {
    title: `the secret ${secret} with the URL of the database`,
    api: null,
    look: async (cloud) => {
      const enabled = await enabledApis(cloud, project)
      const found =
        enabled.includes('secretmanager.googleapis.com') &&
        (await cloud.find(gcloud('secrets describe', [secret], { project })))
      if (!found) throw missing(`There is no secret ${secret}`, 'create', secret, project)
      if (await hasVersion(cloud, secret, project)) return 'there'
      const fact = `The secret ${secret} has no version that is enabled`
      throw missing(fact, 'versions add', secret, project)
    },
    make: [],
  }
}

function missing(fact, verb, secret, project) {
  return new Failure(
    `${fact} in the project ${project}. Put the URL of the database in it, on one line, and Ctrl-D:\n  gcloud secrets ${verb} ${secret} --data-file - --project ${project}\nas in postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full`,
  )
}

/** The secrets of each service, by variable. */
export function secretsOfAll(options) {
  const { secret, actionKey } = namesOf(options)
  return { ADMIN_TOKEN: secret, NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: actionKey }
}

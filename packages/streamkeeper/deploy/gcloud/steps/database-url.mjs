import { Failure } from '../../../src/cli/lib/failure.mjs'
import { gcloud } from '../command.mjs'
import { enabledApis } from './apis.mjs'
import { hasVersion } from './token.mjs'

/**
 * The secret with the database's URL. There is a password in it, so it is made by whoever knows that,
 * and never taken away.
 * @param {{project: string, databaseUrlSecret: string}} options
 * @returns {import('./step.mjs').Step}
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

import { gcloud, readingToken } from '../command.mjs'

/**
 * A secret that holds a random token. It is made once and kept: a new one would lock out whoever has
 * noted it.
 * @param {string} secret its name
 * @param {{project: string}} options
 * @returns {import('./step.mjs').Step}
 */
export function token(secret, { project }) {
  return {
    title: `the secret ${secret}`,
    api: 'secretmanager.googleapis.com',
    look: async (cloud) => {
      if (!(await cloud.find(gcloud('secrets describe', [secret], { project })))) return 'missing'
      // gcloud makes the secret and its first version one after the other.
      return (await hasVersion(cloud, secret, project)) ? 'there' : 'differs'
    },
    make: [
      readingToken(gcloud('secrets create', [secret], { project, replicationPolicy: 'automatic' })),
    ],
    change: [readingToken(gcloud('secrets versions add', [secret], { project }))],
    remove: [gcloud('secrets delete', [secret], { project })],
  }
}

/** Whether a secret that is there has something in it. */
export async function hasVersion(cloud, secret, project) {
  const filter = 'state=ENABLED'
  const versions = await cloud.find(gcloud('secrets versions list', [secret], { filter, project }))
  return versions?.length > 0
}

import { namesOf } from '../../names.mjs'
import { gcloud, readingToken } from '../command.mjs'

/**
 * The secret that holds the admin token. It is made once and kept: a new one would lock out whoever
 * has noted it.
 * @returns {import('./step.mjs').Step}
 */
export function token(options) {
  const { project } = options
  const { secret } = namesOf(options)
  return {
    title: `the secret ${secret}`,
    api: 'secretmanager.googleapis.com',
    look: async (cloud) => {
      if (!(await cloud.find(gcloud('secrets describe', [secret], { project })))) return 'missing'
      // gcloud makes the secret and its first version one after the other.
      const filter = 'state=ENABLED'
      const versions = await cloud.find(
        gcloud('secrets versions list', [secret], { filter, project }),
      )
      return versions?.length > 0 ? 'there' : 'differs'
    },
    make: [
      readingToken(gcloud('secrets create', [secret], { project, replicationPolicy: 'automatic' })),
    ],
    change: [readingToken(gcloud('secrets versions add', [secret], { project }))],
    remove: [gcloud('secrets delete', [secret], { project })],
  }
}

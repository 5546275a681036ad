import { emailOf } from '../../names.mjs'
import { gcloud } from '../command.mjs'
import { thereIf } from './step.mjs'

/**
 * A service account.
 * @param {string} id
 * @param {{project: string}} options
 * @returns {import('./step.mjs').Step}
 */
export function account(id, { project }) {
  const email = emailOf(id, project)
  return {
    title: `the service account ${id}`,
    api: 'iam.googleapis.com',
    // Not described: gcloud says PERMISSION_DENIED of one that isn't there.
    look: async (cloud) => {
      const all = await cloud.find(gcloud('iam service-accounts list', [], { project }))
      return thereIf((all ?? []).some((found) => found.email === email))
    },
    make: [gcloud('iam service-accounts create', [id], { project })],
    remove: [gcloud('iam service-accounts delete', [email], { project })],
  }
}

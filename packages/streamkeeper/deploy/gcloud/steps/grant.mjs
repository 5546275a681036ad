import { emailOf } from '../../names.mjs'
import { gcloud } from '../command.mjs'
import { thereIf } from './step.mjs'

/**
 * A role of a service account on one thing.
 * @param {object} grant
 * @param {string} grant.account
 * @param {string} grant.role
 * @param {string} grant.kind of thing, as gcloud calls it, such as 'storage buckets'
 * @param {string} grant.name of the thing
 * @param {string} grant.api of the thing
 * @param {boolean} [grant.outlives] whether the thing stays when the service goes
 * @param {{project: string}} options
 * @returns {import('./step.mjs').Step}
 */
export function grant({ account, role, kind, name, api, outlives = false }, options) {
  const { project, region } = options
  const member = `serviceAccount:${emailOf(account, project)}`
  const where = {
    ...(kind !== 'projects' && { project }),
    ...(kind === 'run jobs' && { region }),
  }
  // Where a policy has conditions, gcloud asks which one is meant; of jobs it knows none.
  const condition = kind !== 'run jobs' && { condition: 'None' }
  const change = (verb) =>
    gcloud(`${kind} ${verb}-iam-policy-binding`, [name], { ...where, member, role, ...condition })
  return {
    title: `${role} on ${name} for ${account}`,
    api,
    look: (cloud) =>
      thereIf(cloud.grants(gcloud(`${kind} get-iam-policy`, [name], where), { role, member })),
    make: [change('add')],
    ...(outlives && { remove: [change('remove')] }),
  }
}

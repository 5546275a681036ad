import { gcloud } from '../command.mjs'
import { describeService } from './describe-service.mjs'
import { thereIf } from './step.mjs'

/**
 * The right of everybody to ask the service. Earlier releases gave it to public services; it would
 * leave one open whose invoker check is on.
 * @param {{project: string, region: string, service: string}} options
 * @returns {import('./step.mjs').Step}
 */
export function everybody(options) {
  const { project, region, service } = options
  const where = { project, region }
  const right = { member: 'allUsers', role: 'roles/run.invoker' }
  return {
    title: `the right of everybody (allUsers) to ask ${service}`,
    api: 'run.googleapis.com',
    look: async (cloud) => {
      if (!(await cloud.find(describeService(options)))) return 'missing'
      const policy = gcloud('run services get-iam-policy', [service], where)
      return thereIf(cloud.grants(policy, right))
    },
    make: [],
    remove: [
      // Where the policy has conditions, gcloud asks which one is meant.
      gcloud('run services remove-iam-policy-binding', [service], {
        ...where,
        ...right,
        condition: 'None',
      }),
    ],
  }
}

/**
 * What whoever deploys should know: only some may ask the service now, and everybody will.
 * @returns {Promise<string | null>}
 */
export async function warnOfOpening(cloud, options) {
  if (!options.isPublic) return null
  const found = await cloud.find(describeService(options))
  if (
    !found ||
    found.metadata.annotations?.['run.googleapis.com/invoker-iam-disabled'] === 'true'
  ) {
    return null
  }
  if ((await everybody(options).look(cloud)) === 'there') return null
  return 'it is not public until now, and everybody may read it from now on: to keep it closed, give --no-public'
}

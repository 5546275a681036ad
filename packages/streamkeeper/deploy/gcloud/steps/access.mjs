import { apis, cloudSqlApis, emailOf } from '../../settings.mjs'
import { describeService, gcloud } from '../command.mjs'
import { thereIf } from '../plan.mjs'
import { enabledApis } from '../project.mjs'

/** @returns {import('../plan.mjs').Step} */
export function enableApis({ project, cloudSql }) {
  const needed = cloudSql ? [...apis, ...cloudSqlApis] : apis
  return {
    title: `access to the APIs ${needed.map((api) => api.replace('.googleapis.com', '')).join(' ')}`,
    api: null,
    look: async (cloud) => {
      const enabled = await enabledApis(cloud, project)
      return needed.every((api) => enabled.includes(api)) ? 'there' : 'missing'
    },
    make: [gcloud('services enable', needed, { project })],
  }
}

/** A service account. */
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

/**
 * A role of a service account on one thing.
 * @param {object} grant
 * @param {string} grant.account its id
 * @param {string} grant.role
 * @param {string} grant.kind of thing, as gcloud calls it, such as 'storage buckets'
 * @param {string} grant.name of the thing
 * @param {string} grant.api of the thing
 * @param {boolean} [grant.outlives] whether the thing stays when the service goes
 */
export function grant({ account, role, kind, name, api, outlives = false }, options) {
  const member = `serviceAccount:${emailOf(account, options.project)}`
  const { look, change } = binding({ kind, name, member, role }, options)
  return {
    title: `${role} on ${name} for ${account}`,
    api,
    look,
    make: [change('add')],
    ...(outlives && { remove: [change('remove')] }),
  }
}

function binding({ kind, name, member, role }, { project, region }) {
  const where = {
    ...(kind !== 'projects' && { project }),
    ...(kind.startsWith('run ') && { region }),
  }
  // Where a policy has conditions, gcloud asks which one is meant; of jobs it knows none.
  const condition = kind !== 'run jobs' && { condition: 'None' }
  return {
    look: (cloud) =>
      thereIf(cloud.grants(gcloud(`${kind} get-iam-policy`, [name], where), { role, member })),
    change: (verb) =>
      gcloud(`${kind} ${verb}-iam-policy-binding`, [name], {
        ...where,
        member,
        role,
        ...condition,
      }),
  }
}

/**
 * The right of everybody to ask the service. Earlier releases gave it to public services; it would
 * leave one open whose invoker check is on.
 */
export function everybody(options) {
  const { service: name } = options
  const right = { kind: 'run services', name, member: 'allUsers', role: 'roles/run.invoker' }
  const { look, change } = binding(right, options)
  return {
    title: `the right of everybody (allUsers) to ask ${name}`,
    api: 'run.googleapis.com',
    look: async (cloud) => ((await cloud.find(describeService(options))) ? look(cloud) : 'missing'),
    make: [],
    remove: [change('remove')],
  }
}

/** What whoever deploys should know: only some may ask the service now, and everybody will. */
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

/** A role on a secret. */
export function onSecret(account, role, name, options, lifetime = {}) {
  const thing = { kind: 'secrets', name, api: 'secretmanager.googleapis.com', ...lifetime }
  return grant({ account, role, ...thing }, options)
}

/** A role on the whole project. */
export function onProject(account, role, options) {
  const thing = {
    kind: 'projects',
    name: options.project,
    api: 'cloudresourcemanager.googleapis.com',
    outlives: true,
  }
  return grant({ account, role, ...thing }, options)
}

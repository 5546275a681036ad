import { Failure } from '../../../bin/lib/failure.mjs'
import { emailOf, namesOf } from '../../names.mjs'
import { service as settings } from '../../settings.mjs'
import { gcloud } from '../command.mjs'

/**
 * The Cloud Run service: every deployment builds the source and brings a new revision.
 * @returns {import('./step.mjs').Step}
 */
export function service(options) {
  const { project, region, service: name } = options
  return {
    title: `a new revision of the service ${name}, from the source in this folder`,
    api: 'run.googleapis.com',
    look: async (cloud) => {
      const found = await cloud.find(describeService(options))
      if (!found) return 'missing'
      refuseOtherData(found, options)
      return 'again'
    },
    make: [deployService(options)],
    remove: [gcloud('run services delete', [name], { project, region })],
  }
}

/** @returns {import('../command.mjs').Command} */
export function describeService({ project, region, service }, format) {
  return gcloud('run services describe', [service], { project, region, ...(format && { format }) })
}

// The new revision would start with what is there, perhaps nothing, and look like a loss.
function refuseOtherData({ spec }, options) {
  const { path, service } = options
  const { env = [] } = spec?.template?.spec?.containers?.[0] ?? {}
  const url = env.find(({ name }) => name === 'REPLICA_URL')?.value
  const { replicaUrl } = namesOf(options)
  if (path === undefined || url === undefined || url === replicaUrl) return
  throw new Failure(
    `The service ${service} keeps its data in ${url}, and you named ${replicaUrl}: name that --bucket and --path, or another --service.`,
  )
}

function deployService(options) {
  const { project, region, service: name, memory, isPublic } = options
  const { accounts, replicaUrl, secret } = namesOf(options)
  return gcloud('run deploy', [name], {
    project,
    region,
    source: '.',
    buildServiceAccount: `projects/${project}/serviceAccounts/${emailOf(accounts.build, project)}`,
    serviceAccount: emailOf(accounts.server, project),
    executionEnvironment: settings.executionEnvironment,
    max: settings.maxInstances,
    maxInstances: settings.maxInstances,
    cpuThrottling: settings.cpuThrottling,
    cpuBoost: settings.cpuBoost,
    cpu: settings.cpu,
    memory,
    setEnvVars: `REPLICA_URL=${replicaUrl},GOOGLE_CLOUD_PROJECT=${project}`,
    setSecrets: `ADMIN_TOKEN=${secret}:latest`,
    startupProbe: probe(settings.startupProbe),
    livenessProbe: probe(settings.livenessProbe),
    allowUnauthenticated: isPublic,
  })
}

function probe({ path, ...numbers }) {
  const pairs = Object.entries({ 'httpGet.path': path, ...numbers })
  return pairs.map(([name, value]) => `${name}=${value}`).join(',')
}

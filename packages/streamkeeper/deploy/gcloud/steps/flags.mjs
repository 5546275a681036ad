import { disk, emailOf } from '../../settings.mjs'
import { Answer } from '../command.mjs'
import { newestVersion, secretsOfAll } from './secrets.mjs'

/**
 * What `gcloud run deploy` is told of a service besides its image. What isn't told stays as it was in
 * the revision before, so all that one kind of server needs and another doesn't is told each time.
 * @param {typeof import('../../settings.mjs').service & {command?: string, args?: string[]}} settings
 * @param {object} options
 * @param {string} options.project
 * @param {string} options.account the id of its service account
 * @param {number | string} options.minInstances
 * @param {number | string} options.maxInstances
 * @param {string} [options.concurrency] how many requests an instance takes at once, if not as always
 * @param {string} options.memory
 * @param {string | import('../command.mjs').Answer} options.env
 * @param {Record<string, string>} options.secrets the names of further secrets, by variable
 * @param {boolean} options.isPublic
 * @param {string} [options.disk] its size
 */
export function serviceFlags(settings, options) {
  const { project, account, minInstances, maxInstances, memory, env, secrets, isPublic } = options
  const { command = '', args = [] } = settings
  return {
    serviceAccount: emailOf(account, project),
    // Empty for what the image begins with.
    command,
    args: args.join(','),
    executionEnvironment: settings.executionEnvironment,
    min: minInstances,
    max: maxInstances,
    maxInstances,
    concurrency: options.concurrency ?? settings.concurrency,
    cpuThrottling: settings.cpuThrottling,
    cpuBoost: settings.cpuBoost,
    cpu: settings.cpu,
    memory,
    ...diskFlags(options.disk, disk.path),
    setEnvVars: env,
    setSecrets: pinned({ ...secretsOfAll(options), ...secrets }, project),
    startupProbe: probe(settings.startupProbe),
    livenessProbe: probe(settings.livenessProbe),
    // Not by a grant to allUsers, which an organization may forbid: gcloud would only warn of that.
    invokerIamCheck: !isPublic,
    // Of a new service with the check gcloud asks whether everybody may call it.
    ...(!isPublic && { allowUnauthenticated: false }),
  }
}

/** The variables that each service has. */
export function variablesOfAll(options) {
  return {
    ...Object.fromEntries(options.env?.split(',').map((text) => text.split(/=(.*)/, 2)) ?? []),
    GOOGLE_CLOUD_PROJECT: options.project,
    ...inFront(options),
    ...commitOf(options),
    // By it a revision knows that it only shows the data: it never takes the lease.
    ...(options.preview && { PREVIEW: '1' }),
  }
}

function inFront({ noRateLimits, publicUrl, trustedProxies }) {
  return {
    ...(noRateLimits && { RATE_LIMITS: 'off' }),
    // To gcloud a comma would end the value.
    ...(publicUrl && { PUBLIC_URL: publicUrl.replaceAll(',', ' ') }),
    ...(trustedProxies && { TRUSTED_PROXIES: trustedProxies }),
  }
}

/**
 * The variable that names the commit of what is deployed, where git knows it. An image that
 * was built elsewhere knows its own.
 */
export function commitOf({ image } = {}, { COMMIT } = process.env) {
  return COMMIT && !image ? { COMMIT } : {}
}

/** As gcloud takes what has names: `A=1,B=2`. */
export function pairs(values) {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

function pinned(secrets, project) {
  const parts = Object.entries(secrets).flatMap(([variable, name], index) => [
    `${index > 0 ? ',' : ''}${variable}=${name}:`,
    newestVersion(name, project),
  ])
  return new Answer(...parts)
}

function probe({ path, ...numbers }) {
  return pairs({ 'httpGet.path': path, ...numbers })
}

/**
 * What gcloud is told of the disk of a service or a job: without one its file system is memory. It stays
 * from one revision to the next, so it is also told where there is to be none.
 * @param {string | undefined} size as in 10Gi
 * @param {string} path where it is mounted
 */
export function diskFlags(size, path) {
  const { volume, type } = disk
  if (!size) return { removeVolumeMount: path, removeVolume: volume }
  return {
    addVolume: pairs({ name: volume, type, size }),
    addVolumeMount: pairs({ volume, 'mount-path': path }),
  }
}

// What `gcloud run deploy` sets of the service and not of the revision: everybody else would notice.
const ofService = ['max', 'min', 'allowUnauthenticated', 'invokerIamCheck']

/** The flags of a deployment for a revision without traffic, at an address of its own. */
export function asPreview(flags, tag) {
  const own = Object.entries(flags).filter(([name]) => !ofService.includes(name))
  return { ...Object.fromEntries(own), traffic: false, tag }
}

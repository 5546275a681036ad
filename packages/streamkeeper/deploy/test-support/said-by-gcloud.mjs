import { deploy } from '../gcloud/deploy.mjs'
import { Cloud } from './cloud.mjs'
import { pairs } from './fake-project.mjs'

/**
 * What a first deployment tells gcloud to set.
 * @param {{project: string, region: string, bucket: string, disk?: string}} options
 */
export async function saidByGcloud({ project, region, bucket, disk }) {
  const cloud = new Cloud()
  const where = ['--project', project, '--region', region, '--bucket', bucket]
  await cloud.run(deploy, [...where, ...(disk ? ['--disk', disk] : []), '--yes'])
  const { accounts, buckets, jobs, policies, schedules, services } = cloud.state
  return {
    bucket: bucketSaid(`gs://${bucket}`, buckets),
    accounts,
    grants: Object.entries(policies).flatMap(([thing, bindings]) =>
      bindings.map(({ role, members: [member] }) => ({ thing, role, member })),
    ),
    service: serviceSaid(services),
    verify: verifySaid(jobs),
    schedule: scheduleSaid(schedules),
  }
}

function bucketSaid(url, buckets) {
  const { location, soft_delete_policy, ...found } = buckets[url]
  return {
    url,
    location: location.toLowerCase(),
    uniform_bucket_level_access: found.uniform_bucket_level_access,
    public_access_prevention: found.public_access_prevention,
    softDeleteSeconds: Number(soft_delete_policy.retentionDurationSeconds),
  }
}

/** The disk that these flags mount: its size and where; null if there is none. */
export function diskOf(flags) {
  if (!flags['add-volume']) return null
  const { name, type, size } = pairs(flags['add-volume'])
  const { volume, 'mount-path': path } = pairs(flags['add-volume-mount'])
  return type === 'ephemeral-disk' && volume === name ? { size, path } : null
}

function serviceSaid(services) {
  const [[key, { flags }]] = Object.entries(services)
  return {
    name: key.split('/')[1],
    account: flags['service-account'],
    executionEnvironment: flags['execution-environment'],
    minInstances: Number(flags.min),
    max: Number(flags.max),
    maxInstances: Number(flags['max-instances']),
    concurrency: Number(flags.concurrency),
    cpuThrottling: !flags['no-cpu-throttling'],
    cpuBoost: flags['cpu-boost'],
    cpu: flags.cpu,
    memory: flags.memory,
    disk: diskOf(flags),
    env: pairs(flags['set-env-vars']),
    secrets: pairs(flags['set-secrets']),
    startupProbe: probe(flags['startup-probe']),
    livenessProbe: probe(flags['liveness-probe']),
    isPublic: flags['no-invoker-iam-check'],
  }
}

function verifySaid(jobs) {
  const [[name, { flags }]] = Object.entries(jobs)
  const { VERIFY_APP, ...env } = pairs(flags['set-env-vars'])
  return {
    name,
    account: flags['service-account'],
    command: flags.command,
    args: flags.args,
    cpu: flags.cpu,
    memory: flags.memory,
    disk: diskOf(flags),
    maxRetries: Number(flags['max-retries']),
    timeout: flags['task-timeout'],
    env,
    knowsTheUrl: VERIFY_APP.startsWith('https://'),
  }
}

function scheduleSaid(schedules) {
  const [[key, { schedule, timeZone, httpTarget }]] = Object.entries(schedules)
  const { uri, oauthToken } = httpTarget
  return {
    name: key.split('/')[1],
    schedule,
    timeZone,
    uri,
    account: oauthToken.serviceAccountEmail,
  }
}

function probe(text) {
  const { 'httpGet.path': path, ...numbers } = pairs(text)
  const entries = Object.entries(numbers).map(([name, value]) => [name, Number(value)])
  return { path, ...Object.fromEntries(entries) }
}

import { readModule } from './terraform.mjs'

/** What the Terraform module sets, in the words of said-by-gcloud. */
export async function saidByTerraform({ project, region, bucket, image, disk }) {
  const { resources } = await readModule({ project, region, bucket, image, disk })
  return {
    bucket: bucketSaid(resources.google_storage_bucket.data),
    accounts: Object.values(resources.google_service_account).map(
      ({ account_id }) => `${account_id}@${project}.iam.gserviceaccount.com`,
    ),
    grants: grantsSaid(resources),
    service: serviceSaid(resources),
    verify: verifySaid(resources.google_cloud_run_v2_job.verify),
    schedule: scheduleSaid(resources.google_cloud_scheduler_job.verify),
  }
}

function bucketSaid({ name, location, soft_delete_policy, ...bucket }) {
  return {
    url: `gs://${name}`,
    location,
    uniform_bucket_level_access: bucket.uniform_bucket_level_access,
    public_access_prevention: bucket.public_access_prevention,
    softDeleteSeconds: soft_delete_policy[0].retention_duration_seconds,
  }
}

function grantsSaid(resources) {
  const of = (type, thing) =>
    Object.values(resources[type]).map(({ role, member, ...one }) => ({
      thing: thing(one),
      role,
      member,
    }))
  return [
    ...of('google_project_iam_member', ({ project }) => `projects ${project}`),
    ...of('google_storage_bucket_iam_member', ({ bucket }) => `storage buckets gs://${bucket}`),
    ...of('google_secret_manager_secret_iam_member', ({ secret_id }) => `secrets ${secret_id}`),
    ...of('google_cloud_run_v2_job_iam_member', ({ name }) => `run jobs ${name}`),
  ]
}

function serviceSaid(resources) {
  const { name, scaling, template, invoker_iam_disabled } =
    resources.google_cloud_run_v2_service.app
  const [{ service_account, execution_environment, scaling: revisionScaling, ...revision }] =
    template
  const { containers, max_instance_request_concurrency } = revision
  const [{ env, resources: needs, startup_probe, liveness_probe }] = containers
  return {
    name,
    account: service_account,
    executionEnvironment: execution_environment.replace('EXECUTION_ENVIRONMENT_', '').toLowerCase(),
    minInstances: scaling[0].min_instance_count,
    max: scaling[0].max_instance_count,
    maxInstances: revisionScaling[0].max_instance_count,
    concurrency: max_instance_request_concurrency,
    cpuThrottling: needs[0].cpu_idle,
    cpuBoost: needs[0].startup_cpu_boost,
    ...needs[0].limits,
    disk: diskOf(template[0].volumes, containers[0].volume_mounts),
    env: plain(env),
    secrets: Object.fromEntries(env.flatMap(secret)),
    startupProbe: probe(startup_probe),
    livenessProbe: probe(liveness_probe),
    isPublic: invoker_iam_disabled,
  }
}

function verifySaid({ name, template }) {
  const [{ template: inner }] = template
  const [{ service_account, max_retries, timeout, containers }] = inner
  const [{ command, args, env, resources }] = containers
  const { VERIFY_APP, ...others } = plain(env)
  return {
    name,
    account: service_account,
    command: command.join(','),
    args: args.join(','),
    ...resources[0].limits,
    disk: diskOf(inner[0].volumes, containers[0].volume_mounts),
    maxRetries: max_retries,
    timeout,
    env: others,
    knowsTheUrl: VERIFY_APP.startsWith('https://'),
  }
}

function scheduleSaid({ name, schedule, time_zone, http_target }) {
  const [{ uri, oauth_token }] = http_target
  const account = oauth_token[0].service_account_email
  return { name, schedule, timeZone: time_zone, uri, account }
}

function diskOf([volume], [mount]) {
  if (!volume) return null
  const { name, empty_dir: dir } = volume
  const isRight = mount.name === name && dir[0].medium === 'DISK'
  return isRight && { size: dir[0].size_limit, path: mount.mount_path }
}

function plain(env) {
  return Object.fromEntries(
    env.filter(({ value }) => value).map(({ name, value }) => [name, value]),
  )
}

function secret({ name, value_source }) {
  if (!value_source) return []
  const [{ secret, version }] = value_source[0].secret_key_ref
  return [[name, `${secret}:${version}`]]
}

function probe([{ http_get, ...numbers }]) {
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
  const entries = Object.entries(numbers).map(([name, value]) => [camel(name), value])
  return { path: http_get[0].path, ...Object.fromEntries(entries) }
}

// What the app needs of Google Cloud. `streamkeeper deploy` and the YAML that it prints are made of it;
// terraform/ says the same in its own words, and agreement.test.mjs compares them.

/** What holds unless it is told otherwise. */
export function defaultsOf({ name }) {
  return { service: name, path: name, memory: '512Mi' }
}

/**
 * The oldest gcloud that knows all that is asked of it: the first with `run deploy --max` in its GA
 * track, of September 2025. https://docs.cloud.google.com/sdk/docs/release-notes#54000_2025-09-23
 */
export const leastGcloud = '540.0.0'

export const apis = [
  'run',
  'cloudbuild',
  'artifactregistry',
  'secretmanager',
  'cloudscheduler',
  'cloudresourcemanager',
  'iam',
  'storage',
].map((name) => `${name}.googleapis.com`)

/** What Cloud Run needs besides to offer the socket of a Cloud SQL instance. */
export const cloudSqlApis = ['sqladmin.googleapis.com']

/** The service where the app itself writes to the bucket. */
export const service = {
  executionEnvironment: 'gen2',
  minInstances: 0,
  maxInstances: 1,
  // A request that writes waits for the bucket, and costs nothing meanwhile, so Cloud Run's 80 are few.
  // 250 of the largest forms need 428 MB where 512 MiB hold 100 MB of data, and 500 end the container:
  // docs/performance.md.
  concurrency: 250,
  cpu: '1',
  cpuThrottling: false,
  cpuBoost: true,
  startupProbe: { path: '/health/ready', periodSeconds: 1, failureThreshold: 240 },
  livenessProbe: {
    path: '/health/live',
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
}

// Neither of these two runs Litestream, which the image begins with.
const withoutLitestream = { command: 'node', args: ['server.js'] }

/** The service of the readers, in each region. They follow the bucket between requests too. */
export const readers = { ...service, ...withoutLitestream, maxInstances: 10 }

/** The service where a database server has the data: there is nothing to do between requests. */
export const onDatabase = {
  ...service,
  ...withoutLitestream,
  maxInstances: 10,
  cpuThrottling: true,
}

export const verify = {
  command: 'node',
  args: ['verify.js', '--log'],
  maxRetries: 1,
  timeoutSeconds: 600,
  schedule: '17 5 * * *',
  timeZone: 'Etc/UTC',
}

/**
 * The disk of an instance, which ends with it; without one its file system is memory.
 * https://docs.cloud.google.com/run/docs/configuring/services/ephemeral-disk
 */
export const disk = {
  volume: 'data',
  type: 'ephemeral-disk',
  leastGib: 10,
  path: '/data',
  // Where the job restores what it verifies.
  verifyPath: '/tmp',
  // The first whose `gcloud run deploy` knows the type; `gcloud beta` does since 564.
  leastGcloud: '587.0.0',
}

/** What each service account may do, each on the things it needs alone. */
export const roles = {
  server: { bucket: 'roles/storage.objectAdmin', secret: 'roles/secretmanager.secretAccessor' },
  readers: { bucket: 'roles/storage.objectViewer', secret: 'roles/secretmanager.secretAccessor' },
  database: { project: 'roles/cloudsql.client', secret: 'roles/secretmanager.secretAccessor' },
  verify: { bucket: 'roles/storage.objectViewer' },
  schedule: { job: 'roles/run.invoker' },
  build: { project: 'roles/run.builder', secret: 'roles/secretmanager.secretAccessor' },
}

/**
 * What is deleted is gone: Google would keep, and bill, each upload and 28,800 versions of lease.json
 * a day for a week, which is the least.
 */
export const bucket = { softDeleteSeconds: 0 }

/** The names of all that belongs to one service. */
export function namesOf({ project, region, bucket, service, path }) {
  const verifyJob = `${service}-verify`
  return {
    bucketUrl: `gs://${bucket}`,
    sourcesUrl: `gs://${project}-${service}-sources`,
    replicaUrl: `gs://${bucket}/${path}`,
    secret: `${service}-admin-token`,
    // What Next names and encrypts server actions by: the same in each build, so that a page that an
    // earlier one rendered still works.
    actionKey: `${service}-action-key`,
    // What readers show the writer, so that it believes them who asks.
    forwardSecret: `${service}-forward-token`,
    readers: `${service}-readers`,
    verifyJob,
    verifyUrl: `https://run.googleapis.com/v2/projects/${project}/locations/${region}/jobs/${verifyJob}:run`,
    // The ids of the service accounts: https://cloud.google.com/iam/docs/service-accounts-create
    accounts: {
      server: `${service}-server`,
      readers: `${service}-readers`,
      database: `${service}-database`,
      verify: verifyJob,
      schedule: `${service}-schedule`,
      build: `${service}-build`,
    },
  }
}

/** The address of a service account. */
export function emailOf(account, project) {
  return `${account}@${project}.iam.gserviceaccount.com`
}

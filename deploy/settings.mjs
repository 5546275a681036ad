// What the app needs of Google Cloud. `npm run deploy` reads it; service.yaml and terraform/ say the
// same in their own words, and agreement.test.mjs compares them.

export const defaults = { service: 'visits', path: 'visits', memory: '512Mi' }

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

export const service = {
  executionEnvironment: 'gen2',
  maxInstances: 1,
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

export const verify = {
  command: 'node',
  args: ['verify.js', '--log'],
  maxRetries: 1,
  timeoutSeconds: 600,
  schedule: '17 5 * * *',
  timeZone: 'Etc/UTC',
}

/** What each service account may do, each on one thing alone. */
export const roles = {
  server: { bucket: 'roles/storage.objectAdmin', secret: 'roles/secretmanager.secretAccessor' },
  verify: { bucket: 'roles/storage.objectViewer' },
  schedule: { job: 'roles/run.invoker' },
  build: { project: 'roles/run.builder' },
}

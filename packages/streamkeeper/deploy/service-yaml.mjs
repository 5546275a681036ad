import { gcloud, line, quoted } from './gcloud/command.mjs'
import { enabledApis } from './gcloud/project.mjs'
import { imageOf } from './gcloud/steps/image.mjs'
import { listEnabled, secretsOfAll } from './gcloud/steps/secrets.mjs'
import { variablesOnBucket } from './gcloud/steps/service.mjs'
import { disk, emailOf, namesOf, service as settings } from './settings.mjs'

/**
 * The Cloud Run service of a deployment as YAML, with what has to be done before and after it:
 * https://cloud.google.com/run/docs/reference/yaml/v1
 * @param {string[]} args of the command
 * @param {object} options that they mean
 */
export async function serviceYaml(args, options, cloud) {
  const secrets = await Promise.all(
    Object.entries(secretsOfAll(options)).map(async ([variable, name]) => ({
      name: variable,
      valueFrom: { secretKeyRef: { name, key: await versionOf(name, options, cloud) } },
    })),
  )
  return [...head(args, options), ...yamlOf(serviceOf(secrets, options))].join('\n')
}

function head(args, options) {
  const { project, region } = options
  const own = args
    .join('\n')
    .replace(/^--print(=|\n)yaml$\n?/m, '')
    .split('\n')
    .filter(Boolean)
  const deploy = ['npx streamkeeper deploy', ...own.map(quoted)].join(' ')
  const replace = gcloud('run services replace', ['/tmp/service.yaml'], { project, region })
  return `# In this order, in bash, in the app's folder, without the #:
#
# 1. What the service needs, and the image. Where a command fails, as Google does not know yet what the
#    one before has made: wait some minutes, delete those that are done from /tmp/commands.sh, and run the
#    second line again.
#
#   ${deploy} --dry-run > /tmp/commands.sh
#   sed '/^gcloud run deploy/,$d' /tmp/commands.sh | bash -e
#
# 2. The service. The versions of its secrets stand in it, so that a new one takes effect with a revision
#    and not whenever an instance starts.
#
#   ${deploy} --print yaml > /tmp/service.yaml
#   ${line(replace)}
#
# 3. The job that verifies the replica every day, with the image and the URL of that service.
#
#   sed '1,/^gcloud run deploy/d' /tmp/commands.sh | bash -e
#
# For a new version: the first line of step 1 and its "gcloud builds submit", step 2, and of step 3
# "gcloud run jobs deploy".`.split('\n')
}

function serviceOf(secrets, options) {
  const { project, service: name, memory, isPublic } = options
  const min = Number(options.min ?? settings.minInstances)
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name,
      annotations: {
        'run.googleapis.com/invoker-iam-disabled': String(isPublic),
        'run.googleapis.com/maxScale': String(settings.maxInstances),
        ...(min > 0 && { 'run.googleapis.com/minScale': String(min) }),
      },
    },
    spec: {
      template: {
        metadata: {
          annotations: {
            'autoscaling.knative.dev/maxScale': String(settings.maxInstances),
            'run.googleapis.com/cpu-throttling': String(settings.cpuThrottling),
            'run.googleapis.com/execution-environment': settings.executionEnvironment,
            'run.googleapis.com/startup-cpu-boost': String(settings.cpuBoost),
          },
        },
        spec: {
          serviceAccountName: emailOf(namesOf(options).accounts.server, project),
          containerConcurrency: Number(options.concurrency ?? settings.concurrency),
          containers: [
            {
              image: imageOf(options),
              env: [
                ...Object.entries(variablesOnBucket(options)).map(([name, value]) => ({
                  name,
                  value,
                })),
                ...secrets,
              ],
              resources: { limits: { cpu: settings.cpu, memory } },
              ...(options.disk && {
                volumeMounts: [{ name: disk.volume, mountPath: disk.path }],
              }),
              startupProbe: probe(settings.startupProbe),
              livenessProbe: probe(settings.livenessProbe),
            },
          ],
          ...(options.disk && {
            volumes: [{ name: disk.volume, emptyDir: { medium: 'Disk', sizeLimit: options.disk } }],
          }),
        },
      },
    },
  }
}

function probe({ path, ...numbers }) {
  return { httpGet: { path }, ...numbers }
}

// A secret that step 1 will make begins with 1.
async function versionOf(secret, { project }, cloud) {
  const isEnabled = (await enabledApis(cloud, project)).includes('secretmanager.googleapis.com')
  const [newest] = (isEnabled && (await cloud.find(listEnabled(secret, { project })))) || []
  return newest?.name.split('/').at(-1) ?? '1'
}

// JSON's strings are YAML's too; where they need no quotes they have none.
function yamlOf(value) {
  return Object.entries(value).flatMap(([name, inner]) => {
    if (Array.isArray(inner)) return [`${name}:`, ...inner.flatMap(itemOf)]
    if (typeof inner === 'object') return [`${name}:`, ...indented(yamlOf(inner))]
    const isPlain = typeof inner === 'number' || /^[A-Za-z/][\w./:@-]*[\w]$/.test(inner)
    return [
      `${name}: ${isPlain && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(inner) ? inner : JSON.stringify(inner)}`,
    ]
  })
}

function itemOf(item) {
  const [first, ...others] = yamlOf(item)
  return indented([`- ${first}`, ...indented(others)])
}

function indented(lines) {
  return lines.map((line) => `  ${line}`)
}

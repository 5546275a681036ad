import { parse } from 'yaml'
import { deploy } from '../gcloud/deploy.mjs'
import { Cloud } from './cloud.mjs'
import { knativeService } from './knative-service.mjs'

/**
 * What the YAML of a service sets that the command prints.
 * @throws {import('zod').ZodError} where it has a field that Cloud Run doesn't know
 */
export async function saidByYaml({ project, region, bucket, image, disk }) {
  const where = ['--project', project, '--region', region, '--bucket', bucket, '--image', image]
  const { printed } = await new Cloud().run(deploy, [
    ...[...where, '--print', 'yaml'],
    ...(disk ? ['--disk', disk] : []),
  ])
  const { metadata, spec } = knativeService.parse(parse(printed))
  const { annotations } = spec.template.metadata
  const { serviceAccountName, containerConcurrency, containers, volumes = [] } = spec.template.spec
  const [container] = containers
  return {
    name: metadata.name,
    account: serviceAccountName,
    executionEnvironment: annotations['run.googleapis.com/execution-environment'],
    minInstances: Number(metadata.annotations['run.googleapis.com/minScale'] ?? 0),
    max: Number(metadata.annotations['run.googleapis.com/maxScale']),
    maxInstances: Number(annotations['autoscaling.knative.dev/maxScale']),
    concurrency: containerConcurrency,
    cpuThrottling: annotations['run.googleapis.com/cpu-throttling'] === 'true',
    cpuBoost: annotations['run.googleapis.com/startup-cpu-boost'] === 'true',
    ...container.resources.limits,
    disk: diskOf(volumes, container.volumeMounts),
    env: Object.fromEntries(
      container.env.filter(({ value }) => value).map(({ name, value }) => [name, value]),
    ),
    secrets: Object.fromEntries(container.env.flatMap(secret)),
    startupProbe: probe(container.startupProbe),
    livenessProbe: probe(container.livenessProbe),
    isPublic: metadata.annotations['run.googleapis.com/invoker-iam-disabled'] === 'true',
  }
}

function diskOf([volume], [mount] = []) {
  if (!volume) return null
  const { name, emptyDir } = volume
  return mount.name === name && { size: emptyDir.sizeLimit, path: mount.mountPath }
}

function secret({ name, valueFrom }) {
  if (!valueFrom) return []
  const { secretKeyRef } = valueFrom
  return [[name, `${secretKeyRef.name}:${secretKeyRef.key}`]]
}

function probe({ httpGet, ...numbers }) {
  return { ...httpGet, ...numbers }
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../../bin/lib/project.mjs'
import { knativeService } from './knative-service.mjs'

/**
 * What service.yaml sets once its placeholders are replaced.
 * @throws {import('zod').ZodError} where it has a field that Cloud Run doesn't know
 */
export async function saidByYaml({ project, bucket, image }) {
  const text = await readFile(join(root, 'deploy', 'service.yaml'), 'utf8')
  const filled = text
    .replaceAll('YOUR_PROJECT', project)
    .replaceAll('YOUR_BUCKET', bucket)
    .replaceAll('YOUR_IMAGE', image)
    .replaceAll('YOUR_TOKEN_VERSION', '1')
  const { metadata, spec } = knativeService.parse(parse(filled))
  const { annotations } = spec.template.metadata
  const { serviceAccountName, containers } = spec.template.spec
  const [container] = containers
  return {
    name: metadata.name,
    account: serviceAccountName,
    executionEnvironment: annotations['run.googleapis.com/execution-environment'],
    max: Number(metadata.annotations['run.googleapis.com/maxScale']),
    maxInstances: Number(annotations['autoscaling.knative.dev/maxScale']),
    cpuThrottling: annotations['run.googleapis.com/cpu-throttling'] === 'true',
    cpuBoost: annotations['run.googleapis.com/startup-cpu-boost'] === 'true',
    ...container.resources.limits,
    env: Object.fromEntries(
      container.env.filter(({ value }) => value).map(({ name, value }) => [name, value]),
    ),
    secrets: Object.fromEntries(container.env.flatMap(secret)),
    startupProbe: probe(container.startupProbe),
    livenessProbe: probe(container.livenessProbe),
    isPublic: metadata.annotations['run.googleapis.com/invoker-iam-disabled'] === 'true',
  }
}

function secret({ name, valueFrom }) {
  if (!valueFrom) return []
  const { secretKeyRef } = valueFrom
  return [[name, `${secretKeyRef.name}:${secretKeyRef.key}`]]
}

function probe({ httpGet, ...numbers }) {
  return { ...httpGet, ...numbers }
}

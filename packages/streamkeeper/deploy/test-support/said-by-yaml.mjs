import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../../src/cli/lib/project.mjs'
import { knativeService } from './knative-service.mjs'

/**
 * What service.yaml sets once its placeholders are replaced, and its lines for a disk are none of its
 * comments.
 * @throws {import('zod').ZodError} where it has a field that Cloud Run doesn't know
 */
export async function saidByYaml({ project, bucket, image, disk }) {
  const text = await readFile(join(root, 'packages/streamkeeper/deploy/service.yaml'), 'utf8')
  const filled = (disk ? withDisk(text) : text)
    .replaceAll('YOUR_PROJECT', project)
    .replaceAll('YOUR_BUCKET', bucket)
    .replaceAll('YOUR_IMAGE', image)
    .replaceAll('YOUR_TOKEN_VERSION', '1')
  const { metadata, spec } = knativeService.parse(parse(filled))
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

function withDisk(text) {
  return text.replace(/^( *)# volume(?:s|Mounts):\n(?:\1# .*\n)+/gm, (lines) =>
    lines.replaceAll('# ', ''),
  )
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

import { z } from 'zod'

// The fields of https://cloud.google.com/run/docs/reference/yaml/v1 that are used. Cloud Run takes
// the values of annotations as strings alone, and ignores or refuses what it doesn't know.

const flag = z.enum(['true', 'false'])
const count = z.string().regex(/^[1-9]\d*$/)
const seconds = z.int().min(1).max(3600)

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith('/') }),
  periodSeconds: seconds,
  timeoutSeconds: seconds.optional(),
  failureThreshold: z.int().min(1),
})

const variable = z.strictObject({
  name: z.string().regex(/^[A-Z_]+$/),
  value: z.string().optional(),
  valueFrom: z
    .strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) })
    .optional(),
})

// As gcloud sends it for `type=ephemeral-disk`.
const volume = z.strictObject({
  name: z.string(),
  emptyDir: z.strictObject({ medium: z.literal('Disk'), sizeLimit: z.string() }),
})

const container = z.strictObject({
  image: z.string(),
  env: z.array(variable),
  resources: z.strictObject({ limits: z.strictObject({ cpu: z.string(), memory: z.string() }) }),
  volumeMounts: z
    .array(z.strictObject({ name: z.string(), mountPath: z.string().startsWith('/') }))
    .optional(),
  startupProbe: probe.refine(
    ({ periodSeconds, failureThreshold }) => periodSeconds * failureThreshold <= 240,
    { error: 'Cloud Run gives a start 240 s at most' },
  ),
  livenessProbe: probe,
})

export const knativeService = z.strictObject({
  apiVersion: z.literal('serving.knative.dev/v1'),
  kind: z.literal('Service'),
  metadata: z.strictObject({
    name: z.string(),
    annotations: z.strictObject({
      'run.googleapis.com/invoker-iam-disabled': flag,
      'run.googleapis.com/maxScale': count,
      'run.googleapis.com/minScale': count.optional(),
    }),
  }),
  spec: z.strictObject({
    template: z.strictObject({
      metadata: z.strictObject({
        annotations: z.strictObject({
          'autoscaling.knative.dev/maxScale': count,
          'run.googleapis.com/cpu-throttling': flag,
          'run.googleapis.com/execution-environment': z.enum(['gen1', 'gen2']),
          'run.googleapis.com/startup-cpu-boost': flag,
        }),
      }),
      spec: z.strictObject({
        serviceAccountName: z.string(),
        containerConcurrency: z.int().min(1).max(1000),
        containers: z.array(container).length(1),
        volumes: z.array(volume).optional(),
      }),
    }),
  }),
})

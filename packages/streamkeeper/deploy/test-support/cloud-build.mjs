import { z } from 'zod'

// The fields of https://cloud.google.com/build/docs/build-config-file-schema that are used. Cloud Build
// refuses what it doesn't know, and an account of one's own without a place for its logs.
export const cloudBuild = z.strictObject({
  steps: z
    .array(
      z.strictObject({
        name: z.string(),
        args: z.array(z.string()),
        // Docker's older builder knows no secrets.
        env: z.tuple([z.literal('DOCKER_BUILDKIT=1')]),
        secretEnv: z.array(z.string()),
      }),
    )
    .min(1),
  availableSecrets: z.strictObject({
    secretManager: z.array(z.strictObject({ versionName: z.string(), env: z.string() })),
  }),
  images: z.array(z.string()).min(1),
  serviceAccount: z.string().regex(/^projects\/[^/]+\/serviceAccounts\/[^/]+$/),
  options: z.strictObject({ logging: z.literal('CLOUD_LOGGING_ONLY') }),
  timeout: z.string().regex(/^[1-9]\d*s$/),
})

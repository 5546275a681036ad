import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { z } from 'zod'
import type { Me } from '../lease/lease-object.ts'
import type { Previews } from './preview.ts'

export type RateLimits = { requests: number; writes: number }

/** What every server is told. */
export type ServerEnvironment = ReturnType<typeof serverEnvironment>

const port = z
  .string()
  .transform(Number)
  .refine((port) => Number.isInteger(port) && port > 0 && port < 65536, {
    error: 'is not a port; write a number from 1 to 65535',
  })

// An image's default is turned off by setting it to nothing.
export const optional = z
  .string()
  .optional()
  .transform((text) => text || null)

// Whoever types a secret ends it with a line end.
const forwardToken = z
  .string()
  .trim()
  .default('')
  .refine((text) => text === '' || /^[\x21-\x7e]{16,}$/.test(text), {
    error: 'is too easy to guess, or no header can hold it; write 16 or more visible characters',
  })

const whole = (least: number, most: number) =>
  z
    .string()
    .transform(Number)
    .refine((number) => Number.isInteger(number) && number >= least && number <= most, {
      error: `is no number from ${least} to ${most}`,
    })

/** The variables that every server reads. */
export const serverVariables = z.object({
  PORT: port.prefault('8080'),
  METRICS_PORT: optional.pipe(port.nullable()),
  LITESTREAM_METRICS: optional,
  GOOGLE_CLOUD_PROJECT: optional,
  NODE_ENV: z.string().optional(),
  LOCAL: z
    .enum(['', '0', '1'], {
      error: 'is not 1, for a server that its owner alone uses, nor 0, for any other',
    })
    .default(''),
  PUBLIC_URL: z.string().default('').transform(originsOf),
  TRUSTED_PROXIES: optional.pipe(whole(0, 10).nullable()),
  // Google's load balancer keeps its connections for 600 s, and has to be the first to close one:
  // https://cloud.google.com/load-balancing/docs/https#timeout-keepalive-backends
  KEEP_ALIVE_SECONDS: whole(1, 3_600).prefault('620'),
  FORWARD_TOKEN: forwardToken,
  RATE_LIMITS: z
    .string()
    .default('')
    .refine((text) => text === 'off' || /^((requests|writes)=[1-9]\d{0,5}(,|$))*$/.test(text), {
      error:
        'is not understood; write off, or how often a client may in a minute, as in requests=600,writes=30',
    })
    .transform(rateLimitsOf),
  PREVIEW: z
    .enum(['', '0', '1'], {
      error: 'is neither 1, for an instance that only shows its data, nor 0, for no such address',
    })
    .default(''),
  // Mistyped, a reader would take the lease.
  ROLE: z
    .enum(['', 'reader', 'writer'], { error: 'is neither reader nor writer; a writer needs none' })
    .default(''),
  // Set by Cloud Run: https://cloud.google.com/run/docs/container-contract#services-env-vars
  K_SERVICE: z.string().optional(),
  K_REVISION: z.string().default('local'),
})

export function serverEnvironment(data: z.output<typeof serverVariables>) {
  const onCloudRun = data.K_SERVICE !== undefined
  const instance: Me = {
    id: randomUUID(),
    service: data.K_SERVICE ?? 'local',
    revision: data.K_REVISION,
    instance: hostname(),
  }
  return {
    port: data.PORT,
    development: data.NODE_ENV === 'development',
    /** Whether its owner alone uses this server, on a machine of the own. */
    isLocal: !onCloudRun && (data.LOCAL === '1' || data.NODE_ENV === 'development'),
    /** Where browsers find the app; empty where nobody has said. */
    publicOrigins: data.PUBLIC_URL,
    /** How many proxies in front are believed about who asked them: Google's front end is one. */
    trustedProxies: data.TRUSTED_PROXIES ?? (onCloudRun ? 1 : 0),
    /** How long a connection is kept on which nobody asks. */
    keepAliveSeconds: data.KEEP_ALIVE_SECONDS,
    /** Where metrics are served to this machine; null for nowhere. */
    metricsPort: data.METRICS_PORT,
    /** Where Litestream serves its own, as host:port; null for nowhere. */
    litestreamMetrics: data.LITESTREAM_METRICS,
    /** The Google Cloud project that requests are traced in; null for none. */
    project: data.GOOGLE_CLOUD_PROJECT,
    /** What a server shows that passes on requests; null where nobody is believed to be one. */
    forwardToken: data.FORWARD_TOKEN || null,
    /** How often a client may ask, and write, in a minute; null for as often as it likes. */
    rateLimits: data.RATE_LIMITS,
    previews: previewsOf(data.PREVIEW, onCloudRun),
    /** Who this process is among all that may want to write. */
    instance,
  }
}

function previewsOf(preview: string, onCloudRun: boolean): Previews {
  if (preview === '1') return 'all'
  // Only Cloud Run has addresses of tags.
  return preview === '' && onCloudRun ? 'tags' : 'none'
}

/**
 * Reads and checks what the process is told from outside.
 *
 * @throws {Error} a line for all that is wrong, each with what to write instead
 */
export function readVariables<Schema extends z.ZodType>(
  schema: Schema,
  variables: Record<string, string | undefined>,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(variables)
  if (success) return data
  throw new Error(error.issues.map((issue) => `${issue.path.join()} ${issue.message}`).join('. '))
}

// One that is no origin would never be that of a page, and every form would be refused.
function originsOf(text: string, context: z.RefinementCtx): string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((part) => {
      const url = URL.parse(part)
      const isOrigin =
        url &&
        /^https?:$/.test(url.protocol) &&
        url.href === `${url.origin}/` &&
        !url.host.includes('*')
      if (!isOrigin) {
        context.addIssue(
          `has "${part}", which is no address of an app; write https://HOST, or several with commas between`,
        )
      }
      return isOrigin ? url.origin : ''
    })
}

function rateLimitsOf(text: string): RateLimits | null {
  if (text === 'off') return null
  const given = new Map(
    text.split(',').map((limit) => {
      const [name = '', aMinute] = limit.split('=')
      return [name, Number(aMinute)]
    }),
  )
  return { requests: given.get('requests') ?? 600, writes: given.get('writes') ?? 30 }
}

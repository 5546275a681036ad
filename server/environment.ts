import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import type { Me } from '../replication/lease/lease-object.ts'
import { parseReplicaUrl, type ReplicaUrl } from '../replication/replica-url.ts'
import { reasonOf } from './log.ts'

export type Environment = {
  port: number
  /** The base URL of the replica; each epoch has a path of its own below it. */
  replicaUrl: ReplicaUrl
  dataDirectory: string
  /** The database file. */
  databasePath: string
  /** Litestream's control socket. */
  socketPath: string
  development: boolean
  /** How long a leader that doesn't renew its lease keeps it, in milliseconds; null for the default. */
  leaseTtlMs: number | null
  /** Where metrics are served to this machine; null for nowhere. */
  metricsPort: number | null
  /** Where Litestream serves its own, as host:port; null for nowhere. */
  litestreamMetrics: string | null
  /** The Google Cloud project that requests are traced in; null for none. */
  project: string | null
  /** What admins sign in with; null if there is none. */
  adminToken: string | null
  /** How often a client may ask, and write, in a minute; null for as often as it likes. */
  rateLimits: RateLimits | null
  onCloudRun: boolean
  /** Who this process is among all that may want to write. */
  instance: Me
}

const port = z
  .string()
  .transform(Number)
  .refine((port) => Number.isInteger(port) && port > 0 && port < 65536, {
    error: 'is not a port; write a number from 1 to 65535',
  })

// An image's default is turned off by setting it to nothing.
const optional = z
  .string()
  .optional()
  .transform((text) => text || null)
export type RateLimits = { requests: number; writes: number }

const schema = z.object({
  PORT: port.prefault('8080'),
  METRICS_PORT: optional.pipe(port.nullable()),
  LITESTREAM_METRICS: optional,
  GOOGLE_CLOUD_PROJECT: optional,
  REPLICA_URL: z
    .string({ error: 'is not set; write where the replica is, as in gs://BUCKET/PATH' })
    .transform((text, context) => {
      try {
        return parseReplicaUrl(text)
      } catch (error) {
        context.addIssue(`is wrong: ${reasonOf(error)}`)
        return z.NEVER
      }
    }),
  DATA_DIR: z
    .string({ error: 'is not set; write the directory that the database is to be in' })
    .refine(isAbsolute, { error: 'is not an absolute path' })
    // https://man7.org/linux/man-pages/man7/unix.7.html; macOS takes four bytes less.
    .refine((path) => Buffer.byteLength(socketIn(path)) < 104, {
      error: 'is too long for the path of a socket in it; write one of at most 86 bytes',
    }),
  NODE_ENV: z.string().optional(),
  LEASE_TTL_SECONDS: z
    .string()
    .nullable()
    .default(null)
    .transform((text) => (text === null ? null : Number(text)))
    .refine((seconds) => seconds === null || (seconds >= 5 && seconds <= 60), {
      error: 'is no number from 5 to 60',
    }),
  ADMIN_TOKEN: z
    .string()
    .default('')
    .refine((token) => token === '' || /^[\x21-\x7e]{16,}$/.test(token), {
      error: 'is too easy to guess, or no header can hold it; write 16 or more visible characters',
    }),
  RATE_LIMITS: z
    .string()
    .default('')
    .refine((text) => text === 'off' || /^((requests|writes)=[1-9]\d{0,5}(,|$))*$/.test(text), {
      error:
        'is not understood; write off, or how often a client may in a minute, as in requests=600,writes=30',
    })
    .transform(rateLimitsOf),
  // Set by Cloud Run: https://cloud.google.com/run/docs/container-contract#services-env-vars
  K_SERVICE: z.string().optional(),
  K_REVISION: z.string().default('local'),
})

/**
 * Reads and checks all that the process is told from outside.
 *
 * @throws {Error} a line for all that is wrong, each with what to write instead
 */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const { success, data, error } = schema.safeParse(variables)
  if (!success) {
    throw new Error(error.issues.map((issue) => `${issue.path.join()} ${issue.message}`).join('. '))
  }
  return {
    port: data.PORT,
    replicaUrl: data.REPLICA_URL,
    dataDirectory: data.DATA_DIR,
    databasePath: join(data.DATA_DIR, 'app.db'),
    socketPath: socketIn(data.DATA_DIR),
    development: data.NODE_ENV === 'development',
    metricsPort: data.METRICS_PORT,
    litestreamMetrics: data.LITESTREAM_METRICS,
    project: data.GOOGLE_CLOUD_PROJECT,
    leaseTtlMs: data.LEASE_TTL_SECONDS === null ? null : data.LEASE_TTL_SECONDS * 1000,
    adminToken: data.ADMIN_TOKEN || null,
    rateLimits: data.RATE_LIMITS,
    onCloudRun: data.K_SERVICE !== undefined,
    instance: {
      id: randomUUID(),
      service: data.K_SERVICE ?? 'local',
      revision: data.K_REVISION,
      instance: hostname(),
    },
  }
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

// The same path stands in litestream.yml.
function socketIn(folder: string): string {
  return join(folder, 'litestream.sock')
}

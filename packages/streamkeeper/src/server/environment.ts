import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { isS3, parseReplicaUrl } from '../stores/replica-url.ts'
import { readS3Settings } from '../stores/s3-settings.ts'
import { reasonOf } from './log.ts'
import {
  optional,
  readVariables,
  serverEnvironment,
  serverVariables,
} from './server-environment.ts'

export type Environment = ReturnType<typeof readEnvironment>

const schema = serverVariables.extend({
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
  LEASE_TTL_SECONDS: z
    .string()
    .nullable()
    .default(null)
    .transform((text) => (text === null ? null : Number(text)))
    .refine((seconds) => seconds === null || (seconds >= 3 && seconds <= 60), {
      error: 'is no number from 3 to 60',
    }),
  ALLOW_BREAKING_MIGRATION: optional,
})

/**
 * Reads and checks all that the process is told from outside.
 *
 * @throws {Error} a line for all that is wrong, each with what to write instead
 */
export function readEnvironment(variables: Record<string, string | undefined>) {
  const data = readVariables(schema, variables)
  if (isS3(data.REPLICA_URL)) readS3Settings(variables)
  return {
    ...serverEnvironment(data),
    /** The base URL of the replica; each epoch has a path of its own below it. */
    replicaUrl: data.REPLICA_URL,
    dataDirectory: data.DATA_DIR,
    databasePath: join(data.DATA_DIR, 'app.db'),
    socketPath: socketIn(data.DATA_DIR),
    /** How long a leader that can't renew its lease counts on it, in milliseconds; null for the default. */
    leaseTtlMs: data.LEASE_TTL_SECONDS === null ? null : data.LEASE_TTL_SECONDS * 1000,
    /** Up to which migration they may take from older releases what those read; null for none. */
    allowedMigration: data.ALLOW_BREAKING_MIGRATION,
  }
}

// The same path stands in litestream.yml.
function socketIn(folder: string): string {
  return join(folder, 'litestream.sock')
}

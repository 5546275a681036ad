import { Client } from 'pg'
import { z } from 'zod'
import {
  optional,
  readVariables,
  type ServerEnvironment,
  serverEnvironment,
  serverVariables,
} from '../server/server-environment.ts'

export type Environment = ServerEnvironment & {
  /** With the password in it. */
  databaseUrl: string
  /** Of servers that can be read; null for none. */
  readUrl: string | null
  /** How many connections this instance may have. */
  connections: number
  /** The newest migration that may take something from the release before. */
  allowedMigration: string | null
}

// The message never says what was written, as there is a password in it. Whoever types a secret ends it
// with a line end.
const postgresUrl = z.string().trim().refine(isPostgresUrl, {
  error:
    'is not the URL of a PostgreSQL database; write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with one host, and what URLs give a meaning in the password written as %XX',
})

const schema = serverVariables.extend({
  DATABASE_URL: postgresUrl,
  DATABASE_READ_URL: optional.pipe(postgresUrl.nullable()),
  // Few: the smallest servers have 25 in all, each one costs the server memory, and one that answers
  // within a millisecond serves hundreds of requests a second.
  DATABASE_CONNECTIONS: z
    .string()
    .default('5')
    .transform(Number)
    .refine((count) => Number.isInteger(count) && count > 0 && count <= 100, {
      error: 'is no number from 1 to 100',
    }),
  ALLOW_BREAKING_MIGRATION: optional,
})

/**
 * Reads and checks all that a server on PostgreSQL is told from outside.
 *
 * @throws {Error} a line for all that is wrong, each with what to write instead
 */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const data = readVariables(schema, variables)
  return {
    ...serverEnvironment(data),
    databaseUrl: data.DATABASE_URL,
    readUrl: data.DATABASE_READ_URL,
    connections: data.DATABASE_CONNECTIONS,
    allowedMigration: data.ALLOW_BREAKING_MIGRATION,
  }
}

function isPostgresUrl(text: string): boolean {
  try {
    const { database, host } = new Client(text)
    // A "/" in the password ends the host, and what comes after it would be the database.
    const isWhole = !/\/[^?]*@/.test(text.replace(/^\w+:\/\//, ''))
    return /^postgres(ql)?:\/\//.test(text) && Boolean(database) && isWhole && !host.includes(',')
  } catch {
    return false
  }
}

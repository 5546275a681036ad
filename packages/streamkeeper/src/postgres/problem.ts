import { DrizzleQueryError } from 'drizzle-orm/errors'
import type { Problem } from '../server/lifecycle.ts'

/** What is wrong: in words for everybody, and what to do in words for whoever runs the server. */
const kinds = {
  'database-unreachable': [
    'The database can not be reached.',
    'Check the host and the port in DATABASE_URL, and the network. It goes on by itself.',
  ],
  'database-refuses': [
    'The database does not let this server in.',
    'Check the user and the password in DATABASE_URL, and what pg_hba.conf allows.',
  ],
  'database-missing': [
    'The database does not exist.',
    'Create it, or correct its name in DATABASE_URL.',
  ],
  'database-untrusted': [
    'The database can not be reached safely.',
    'Check sslmode and sslrootcert in DATABASE_URL, and the certificate of the server.',
  ],
  'database-busy': [
    'The database lets others wait for too long.',
    'Somebody holds locks, such as a move of the data, or it has too much to do. It goes on by itself.',
  ],
  'database-half-moved': [
    'A move of data to the database has not ended.',
    'Run `npx streamkeeper move` again until it says that all is equal. It goes on by itself then.',
  ],
  'database-unclear': [
    'It may have been written, or not: the database has not answered.',
    'Another server may take over, or the network has failed. It goes on by itself.',
  ],
  'database-restarting': ['The database starts or stops.', 'It goes on by itself.'],
  'database-crowded': [
    'The database has no connection left.',
    'Lower DATABASE_CONNECTIONS or the number of instances, or raise max_connections.',
  ],
  'database-forgetful': [
    'The database may forget what it has confirmed.',
    'Set synchronous_commit to on: ALTER DATABASE … SET synchronous_commit = on. Behind a pooler, this server can not set it for its own connections.',
  ],
  'database-migrating': [
    'Another instance is bringing the database up to date.',
    'It goes on by itself when that is done.',
  ],
  'database-forbids': [
    'The database forbids this server something.',
    'Give its user the rights to make schemas and tables: make it the owner of the database.',
  ],
  'database-read-only': [
    'The database can only be read.',
    'DATABASE_URL has to lead to the primary server. It goes on by itself when this one is it.',
  ],
} as const

export type Kind = keyof typeof kinds

/** The database can't be used as things are; somebody mends that, or it passes. */
export class PostgresProblem extends Error {
  readonly code: Kind
  /** For people who don't run the server; the message is for those who do. */
  readonly summary: Problem

  constructor(code: Kind, cause: Error) {
    const [summary, nextStep] = kinds[code]
    // Node gives one error for all addresses of a host, without words.
    const reason = cause.message || sqlStateOf(cause)
    super(`${summary} ${nextStep} It says: ${reason}`, { cause })
    this.code = code
    this.summary = { code, message: summary }
  }
}

/**
 * What an error of a query or a connection says, without the query: its values are nobody's business
 * in a log. A {@link PostgresProblem} where the server, and not what was asked of it, is the problem.
 */
export function plainError(error: unknown): unknown {
  if (error instanceof DrizzleQueryError) return plainError(error.cause)
  if (!(error instanceof Error) || error instanceof PostgresProblem || isOfFile(error)) return error
  const kind = kindOf(sqlStateOf(error), error.message)
  return kind ? new PostgresProblem(kind, error) : error
}

// Its codes look like those of the network.
function isOfFile(error: Error): boolean {
  return 'path' in error || (error.cause instanceof Error && isOfFile(error.cause))
}

/** What people may know of a failure that is transient; null for any other. */
export function transientProblem(error: unknown): Problem | null {
  return error instanceof PostgresProblem ? error.summary : null
}

const byCode: Record<string, Kind> = {
  '28000': 'database-refuses',
  '28P01': 'database-refuses',
  '3D000': 'database-missing',
  '42501': 'database-forbids',
  '25006': 'database-read-only',
  '53300': 'database-crowded',
  '55P03': 'database-busy',
  '57014': 'database-busy',
  '57P01': 'database-restarting',
  '57P02': 'database-restarting',
  '57P03': 'database-restarting',
}

// Network errors of Node (such as ECONNREFUSED), and those of OpenSSL that speak of certificates.
const network = /^(E[A-Z]{3,}|EAI_AGAIN)$/
const tls = /^ERR_(TLS|SSL)|CERT|^UNABLE_TO_|_SIGNATURE$/

function kindOf(code: string | null, message: string): Kind | null {
  if (code !== null && byCode[code]) return byCode[code]
  if (code?.startsWith('08')) return 'database-unreachable'
  if (code !== null && tls.test(code)) return 'database-untrusted'
  if (code !== null) return network.test(code) ? 'database-unreachable' : null
  if (/SSL/.test(message)) return 'database-untrusted'
  // What node-postgres and its pool say without a code.
  return /connect|timeout|queryable|SASL|password/i.test(message) ? ofClient(message) : null
}

function ofClient(message: string): Kind {
  return /SASL|password/i.test(message) ? 'database-refuses' : 'database-unreachable'
}

/**
 * The code of an error of the server (https://www.postgresql.org/docs/current/errcodes-appendix.html)
 * or of the network, wherever Drizzle has put it; null if it has none.
 */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return sqlStateOf(error.cause)
}

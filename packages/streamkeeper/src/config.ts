import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Database } from 'better-sqlite3'
import type { ProblemDetails } from './server/problem-details.ts'

export type { ProblemDetails }

/** A connection of better-sqlite3. */
export type Connection = Database

/**
 * What a request needs of the instance that serves it. `write-if-possible` waits briefly for the lease, and is
 * served from the copy without it; `nothing` works without a database.
 */
export type Needs = 'nothing' | 'read' | 'write' | 'write-if-possible'

/**
 * Why a request is served from the copy alone: at the address of a preview, by an older release than the
 * data's, or because nothing can be written just now.
 */
export type Notice = 'preview' | 'older-release' | 'not-written'

export type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** A request that is refused, and why. */
export type Refusal = {
  /** As programs are told (https://www.rfc-editor.org/rfc/rfc9457). */
  problem: ProblemDetails
  /** As people are told: without a word for operators. */
  words: { title: string; detail: string }
  /** Names what is the matter: the type of the problem, or what keeps this instance from serving. */
  code: string
  /** The body as it was sent; null where it is larger than a form's may be, or did not come whole. */
  body(): Promise<Buffer | null>
}

/** What `handle` is given besides the request and its response. */
export type Handling = {
  /** Has Next answer. */
  next: RequestListener
  /** null where the request may do all that it needs. */
  notice: Notice | null
}

/** What a running app shows to everybody, and the newest copy in the bucket has to have. */
export type Shown = {
  /** For people, as in `note 4, and at least 12 in all`. */
  words: string
  /** For programs. */
  facts: Record<string, unknown>
  /** What of it a copy of the database lacks, in words; empty where it has all. */
  missingFrom(copy: Connection): string[]
}

/** Triggers that keep tables true to another, and what makes these true where one was missing. */
export type Triggers = {
  table: string
  /** By their names. */
  triggers: Record<string, string>
  repair: string[]
}

/** What an app tells the machine that runs it. Only `name` is needed. */
export type Config = {
  /** Lower-case letters, digits and hyphens: the prefix of the metrics, and the service's name unless another is given. */
  name: string
  /** The folder of drizzle-kit's migrations, from the app's folder; `db/migrations` unless given. */
  migrations?: string
  /** Drizzle's tables: a database that lacks one of their columns is not read by this release. */
  schema?: Record<string, unknown>
  /** Triggers that the machine makes again where they are missing or changed. */
  triggers?: Triggers[]
  /**
   * Runs before the migrations, in their transaction.
   *
   * @param known.isNew whether no migration was ever applied to this database
   * @throws {Error} if the database is not this app's: nothing is changed then
   */
  beforeMigrations?(connection: Connection, known: { isNew: boolean }): void
  /**
   * Looks at a database that an operator brings in, before it takes the place of another.
   *
   * @throws {Error} if it is not this app's
   */
  verify?(connection: Connection): void
  /**
   * Asks the app that runs at a URL, such as `https://notes.example`, what it shows: `streamkeeper verify --app URL`
   * compares the newest copy with that.
   *
   * @throws {Error} if it does not answer as it should
   */
  shown?(app: string, signal: AbortSignal): Promise<Shown>
  /** Defaults to `read` for GET, HEAD and OPTIONS, and to `write` for all others. */
  needs?(request: Asked): Needs
  /** Whether problems are told as JSON (RFC 9457); paths below `/api` unless given. */
  isForPrograms?(request: Asked): boolean
  /** Whether open pages ask for this every few seconds: not limited, and not logged while it succeeds. */
  isPolled?(request: Asked): boolean
  /** Answers a request, or has Next do so. */
  handle?(
    request: IncomingMessage,
    response: ServerResponse,
    handling: Handling,
  ): void | Promise<void>
  /** Answers a request that is refused, in the looks of the app; returns false to leave that to the machine. */
  refuse?(request: IncomingMessage, response: ServerResponse, refusal: Refusal): boolean
  /**
   * Bytes of a body at most: of programs 32 KiB, of forms 128 KiB unless given. A body that does not say how long it is
   * (chunked) is let in: a handler that reads one has to count itself. Next counts what comes for server actions.
   */
  bodyLimits?: { programs?: number; forms?: number }
  /** Directives that take the place of the machine's own, by name; false for no such header. */
  contentSecurityPolicy?: Record<string, string[]> | false
  /** Whether pages that say `<html data-scripts="own">` go without Next's scripts. */
  ownScripts?: boolean
  /**
   * Reads the app's own settings when the server starts.
   *
   * @throws {Error} if one is wrong: the server does not start, and says why
   */
  start?(environment: NodeJS.ProcessEnv): void
  /** Paths that the image's build asks for once, so that a start need not compile what they need; `/` unless given. */
  warm?: string[]
  /** The same app on PostgreSQL, where `DATABASE_URL` is set; needs the package `pg`. */
  postgres?: { migrations: string; schema: Record<string, unknown> }
}

/** Gives an app's configuration its type: the default export of `streamkeeper.config.ts`. */
export function defineConfig(config: Config): Config {
  return config
}

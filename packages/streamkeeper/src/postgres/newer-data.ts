import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Problem } from '../server/lifecycle.ts'
import { log } from '../server/log.ts'
import { type NewerSchema, unknownSchema } from '../sqlite/migrate.ts'
import { planMigrations, readMigrations } from '../sqlite/migrations.ts'
import { appliedMigrations } from './migrate.ts'
import { schemaFit } from './schema-fit.ts'

type Database = Pick<NodePgDatabase, 'execute'>

/** What this release may do with data that a newer one has migrated. */
export type May = 'write' | 'read' | 'nothing'

/** Looks whether a newer release has migrated the data, and whether this one can go on with it. */
export class NewerData {
  readonly #database: Database
  readonly #folder: string
  readonly #schema: Record<string, unknown>
  readonly #onChange: () => void
  #may: May = 'write'
  #words: string | null = null
  #seen = ''

  /** @param onChange told when something else may be done than before */
  constructor(
    database: Database,
    { migrations, schema }: { migrations: string; schema: Record<string, unknown> },
    onChange: () => void,
  ) {
    this.#database = database
    this.#folder = migrations
    this.#schema = schema
    this.#onChange = onChange
  }

  get may(): May {
    return this.#may
  }

  /** For operators: that the data is newer, and what follows; null where it is not. */
  get words(): string | null {
    return this.#words
  }

  /** Why not all can be done here; null where it can. */
  get problem(): Problem | null {
    if (this.#may === 'write' || this.#words === null) return null
    return { code: 'older-release', message: this.#words }
  }

  /** @throws {NewerSchema} if this release can't even read the data */
  async mustBeReadable(): Promise<void> {
    const found = await this.#look()
    if (this.#may === 'nothing' && found) throw found
  }

  /** Looks again and again. */
  watch(signal: AbortSignal, everyMs = 2_000): void {
    let isLooking = false
    const look = async () => {
      if (isLooking) return
      isLooking = true
      // Whoever asks for the data finds out, too, that it is away.
      await this.#look().catch(() => {})
      isLooking = false
    }
    const timer = setInterval(look, everyMs)
    signal.addEventListener('abort', () => clearInterval(timer))
  }

  async #look(): Promise<NewerSchema | null> {
    const known = readMigrations(this.#folder)
    const { unknown } = planMigrations(known, await appliedMigrations(this.#database))
    const newer = unknown.length > 0 ? unknownSchema(unknown, known) : null
    const { missing, demanded } = newer
      ? await schemaFit(this.#database, this.#schema)
      : { missing: [], demanded: [] }
    this.#may = missing.length > 0 ? 'nothing' : demanded.length > 0 ? 'read' : 'write'
    this.#words = newer && `${newer.message} ${whatFollows({ missing, demanded })}`
    const seen = `${this.#words}`
    if (seen === this.#seen) return newer
    this.#seen = seen
    if (newer) log(this.#may === 'write' ? 'WARNING' : 'ERROR', seen, { may: this.#may })
    this.#onChange()
    return newer
  }
}

function whatFollows({ missing, demanded }: { missing: string[]; demanded: string[] }): string {
  if (missing.length > 0) {
    return `It can not be used here, as ${missing.join(', ')} is gone, or has another type. Deploy the newer release.`
  }
  if (demanded.length > 0) {
    return `It can only be read here, as each new row needs ${demanded.join(', ')}. To write, deploy the newer release.`
  }
  return 'This older release goes on reading and writing, as nothing that it uses was taken away.'
}

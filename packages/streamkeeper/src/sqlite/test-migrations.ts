import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppSchema } from './app-schema.ts'
import { app } from './test-support.ts'

type Journal = { entries: { idx: number; when: number; tag: string }[] }

/** A copy of the app's migrations that a test may change. */
export class TestMigrations {
  readonly folder: string
  /** The app with these migrations. */
  readonly app: AppSchema

  constructor(test: { after(clean: () => void): void }, source = app.migrations) {
    this.folder = mkdtempSync(join(tmpdir(), 'streamkeeper-migrations-'))
    this.app = { ...app, migrations: this.folder }
    test.after(() => rmSync(this.folder, { recursive: true, force: true }))
    if (source) cpSync(source, this.folder, { recursive: true })
  }

  /** Adds a migration as drizzle-kit would; the newest, unless told when it was made. */
  add(tag: string, sql: string, when?: number): this {
    const newest = Math.max(...this.journal.entries.map((entry) => entry.when))
    const entry = { idx: this.journal.entries.length, when: when ?? newest + 1_000, tag }
    const rest = { version: '6', breakpoints: true }
    this.journal = { entries: [...this.journal.entries, { ...entry, ...rest }] }
    writeFileSync(join(this.folder, `${tag}.sql`), sql)
    return this
  }

  /** Leaves the first migrations alone, as an earlier release had them. */
  keepFirst(count: number): this {
    for (const { tag } of this.journal.entries.slice(count)) rmSync(join(this.folder, `${tag}.sql`))
    this.journal = { entries: this.journal.entries.slice(0, count) }
    return this
  }

  get journal(): Journal {
    return JSON.parse(readFileSync(this.#journalPath, 'utf8'))
  }

  set journal(journal: Journal) {
    writeFileSync(this.#journalPath, JSON.stringify(journal))
  }

  get #journalPath(): string {
    return join(this.folder, 'meta/_journal.json')
  }
}

/** Makes a table again as drizzle-kit does where SQLite can't alter it. */
export function rebuilt(table: string, columns: string, select = '*'): string {
  const breakpoint = '--> statement-breakpoint\n'
  return [
    'PRAGMA foreign_keys=OFF;',
    `CREATE TABLE \`__new_${table}\` (${columns});\n`,
    `INSERT INTO \`__new_${table}\` SELECT ${select} FROM \`${table}\`;`,
    `DROP TABLE \`${table}\`;`,
    `ALTER TABLE \`__new_${table}\` RENAME TO \`${table}\`;`,
    'PRAGMA foreign_keys=ON;',
  ].join(breakpoint)
}

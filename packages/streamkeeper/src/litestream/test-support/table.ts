import { createHash } from 'node:crypto'
import Sqlite from 'better-sqlite3'

type Row = { id: number; text: string | Buffer }

/** What stands in a table, as one number, whatever its rows' order. */
export type Content = bigint

/** A table that is changed all the time, and remembers what stood in it after each transaction. */
export class Table {
  readonly #client: Sqlite.Database
  #content: Content
  /** After each transaction since it was opened, and before the first. */
  readonly contents: Content[]
  /** Which of them was acknowledged last. */
  acknowledged = 0

  private constructor(client: Sqlite.Database) {
    this.#client = client
    this.#content = contentOf(client)
    this.contents = [this.#content]
  }

  /** Opens it as the product opens its database, but for the size of its pages; makes a new one. */
  static open(path: string, pageSize: number): Table {
    const client = new Sqlite(path, { timeout: 60_000 })
    client.pragma(`page_size = ${pageSize}`)
    client.pragma('journal_mode = WAL')
    client.pragma('synchronous = NORMAL')
    client.pragma('secure_delete = ON')
    client.pragma('wal_autocheckpoint = 0')
    if (!hasTable(client)) client.exec('create table notes (id integer primary key, text)')
    return new Table(client)
  }

  /** The rows of a database file that nobody writes to. */
  static read(path: string): Content {
    const client = new Sqlite(path, { readonly: true, fileMustExist: true })
    try {
      return contentOf(client)
    } finally {
      client.close()
    }
  }

  /** What may be in the bucket: what was acknowledged last, or written since. */
  get mayBeThere(): readonly Content[] {
    return this.contents.slice(this.acknowledged)
  }

  insert(...texts: (string | Buffer)[]): void {
    const insert = this.#client.prepare('insert into notes (text) values (?)')
    this.#change(() => {
      for (const text of texts) {
        this.#content ^= hashOf({ id: Number(insert.run(text).lastInsertRowid), text })
      }
    })
  }

  /** Replaces what stands in one row of so many. */
  update(part: number, text: string): void {
    const update = this.#client.prepare('update notes set text = ? where id = ?')
    this.#change(() => {
      for (const row of this.#some(part)) {
        this.#content ^= hashOf(row) ^ hashOf({ id: row.id, text })
        update.run(text, row.id)
      }
    })
  }

  /** Deletes one row of so many. */
  delete(part: number): void {
    const remove = this.#client.prepare('delete from notes where id = ?')
    this.#change(() => {
      for (const row of this.#some(part)) {
        this.#content ^= hashOf(row)
        remove.run(row.id)
      }
    })
  }

  vacuum(): void {
    this.#client.exec('vacuum')
  }

  close(): void {
    this.#client.close()
  }

  #some(part: number): Row[] {
    return this.#client
      .prepare<[number], Row>('select id, text from notes where id % ? = 0')
      .all(part)
  }

  #change(run: () => void): void {
    // Litestream writes as well, now and then.
    this.#client.transaction(run).immediate()
    this.contents.push(this.#content)
  }
}

function hasTable(client: Sqlite.Database): boolean {
  return client.prepare("select 1 from sqlite_schema where name = 'notes'").get() !== undefined
}

function contentOf(client: Sqlite.Database): Content {
  let content = 0n
  for (const row of client.prepare<[], Row>('select id, text from notes').iterate()) {
    content ^= hashOf(row)
  }
  return content
}

function hashOf({ id, text }: Row): bigint {
  return createHash('sha1').update(`${id} `).update(text).digest().readBigUInt64BE()
}

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { listAllEntries } from '../../db/entries.ts'
import { openDatabase } from '../../db/test-support.ts'
import { countVisits } from '../../db/visits.ts'
import { epochName } from '../../packages/streamkeeper/src/stores/epochs.ts'
import { litestreamUrl } from '../../packages/streamkeeper/src/stores/litestream-url.ts'
import {
  FaultyBucket,
  type StorageName,
} from '../../packages/streamkeeper/src/test-tools/faulty-bucket.ts'
import { required } from './environment.ts'

const run = promisify(execFile)

/** A bucket that can fail, with the guestbook in it. */
export class Bucket extends FaultyBucket {
  static override async start(name?: StorageName): Promise<Bucket> {
    return new Bucket(...(await Bucket.startParts(name)))
  }

  /** Puts a database there as an earlier run of the app would have left it. */
  async seed(change: (database: ReturnType<typeof openDatabase>) => void): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'visits-'))
    try {
      const path = join(folder, 'app.db')
      const database = openDatabase(path)
      change(database)
      database.$client.close()
      await this.#litestream('replicate', '-once', path, this.#url(1))
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  /** What a stranger with Litestream would restore from the bucket now. */
  async content(): Promise<{ visits: number; messages: string[]; hidden: string[] }> {
    const restorable = (await this.lease())?.restorable ?? 1
    // Whoever led was ended before anything was complete, or acknowledged.
    if (restorable === 0) return { visits: 0, messages: [], hidden: [] }
    const folder = await mkdtemp(join(tmpdir(), 'visits-'))
    const path = join(folder, 'app.db')
    try {
      await this.#litestream('restore', '-o', path, this.#url(restorable))
      // As it is, whoever has migrated it.
      const database = drizzle({ client: new Sqlite(path) })
      const { entries } = await listAllEntries(database, { before: null, limit: 10_000 })
      const visits = (await countVisits(database, new Date())).total
      database.$client.close()
      const messagesOf = (isHidden: boolean) =>
        entries
          .filter(({ hiddenAt }) => (hiddenAt !== null) === isHidden)
          .map(({ message }) => message)
      return { visits, messages: messagesOf(false), hidden: messagesOf(true) }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  #url(epoch: number): string {
    return litestreamUrl(`${this.replicaUrl}/${epochName(epoch)}`, this.environment)
  }

  async #litestream(...args: string[]): Promise<void> {
    const env = { ...process.env, ...this.environment }
    await run(required('LITESTREAM'), args, { env })
  }
}

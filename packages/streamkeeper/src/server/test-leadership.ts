import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Lease } from '../lease/lease.ts'
import { runLitestream, temporaryFolder } from '../litestream/test-support.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { newestMigration } from '../sqlite/migrate.ts'
import { app } from '../sqlite/test-support.ts'
import { FileStore } from '../stores/file-store.ts'
import { addNote } from '../test-app/notes.ts'
import { Events } from './events.ts'
import { Leadership } from './leadership.ts'
import { Lifecycle } from './lifecycle.ts'
import { LocalDatabase } from './local-database.ts'
import type { LeadershipTiming } from './timing.ts'

export const timing = {
  pollMs: 20,
  idlePollMs: 20,
  waitMs: 10,
  patienceMs: 5_000,
  minimumHoldMs: 0,
  yieldMs: 500,
  retentionMs: 1e9,
  closeMs: 50,
  pauseMs: 2,
}

/**
 * Instances, each with a Litestream, on one bucket that is a folder.
 *
 * @param options.ttlMs of the lease: short where it has to run out, and else longer than a busy machine takes
 */
export function scene(test: TestContext, { ttlMs = 1_800 } = {}) {
  const folder = temporaryFolder(test)
  const base = `file://${join(folder, 'bucket')}`
  mkdirSync(join(folder, 'bucket'))
  const store = new FileStore(join(folder, 'bucket'))
  return {
    ...{ store, base },
    /** An instance that follows. */
    start: async (
      id: string,
      other: Partial<LeadershipTiming> = {},
      { disk: kept, app: own = app }: { disk?: string; app?: AppSchema } = {},
    ) => {
      const { litestream, folder: fresh, end } = await runLitestream(test)
      const disk = kept ?? fresh
      const lease = new Lease(
        store,
        base,
        { id, service: 's', revision: id, instance: id },
        {
          timing: { ttlMs, renewMs: 100, storeClockMs: 200 },
          migration: newestMigration(own.migrations),
        },
      )
      const database = new LocalDatabase({
        path: join(disk, 'app.db'),
        base,
        app: own,
        restore: { signal: new AbortController().signal, stallMs: 10_000 },
      })
      const lifecycle = new Lifecycle()
      const gone: unknown[] = []
      const leadership = new Leadership({
        ...{ lease, store, litestream, database, lifecycle, base },
        events: new Events(id),
        onSync: () => {},
        timing: { ...timing, ...other },
        onGone: (error) => gone.push(error),
      })
      await database.restore(await lease.read())
      lifecycle.enter({ name: 'following', problem: null })
      test.after(() => database.close())
      const write = async () => addNote(database.open)
      /** Hands over to an instance that asks for the lease, and does not take it. */
      const handOver = async () => {
        const nobody = { id: 'nobody', service: 's', revision: 'nobody', instance: 'nobody' }
        const asking = new Lease(store, base, nobody)
        await until(async () => {
          if (lifecycle.state.name === 'following') return true
          // Again, as a renewal that comes at the same time goes before it.
          await asking.requestHandover()
          return false
        })
      }
      const parts = { disk, database, lifecycle, leadership, lease, litestream, gone }
      return { ...parts, write, handOver, end }
    },
  }
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5)
}

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../operations/command.ts'
import { changeIn } from '../operations/epoch-files.ts'
import { NoReplica } from '../operations/errors.ts'
import { examineApart } from '../operations/examine-apart.ts'
import { mustBeSound, restoreAndExamine } from '../operations/restored.ts'
import { mustBeRestorable, survey } from '../operations/survey.ts'
import { timeInWords } from '../operations/words.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { NewerSchema } from '../sqlite/migrate.ts'
import type { Database } from '../sqlite/open.ts'
import { openMigrated } from './work-file.ts'

/** The database as the bucket has it, in a file of its own. */
type BucketCopy = Disposable & {
  database: Database
  /** When its newest change was made; null if the bucket does not tell any more. */
  changedAt: string | null
}

/**
 * Restores what is restorable to a file in `folder`, checked, and migrated to this release.
 *
 * @throws {Error} if there is none, it is damaged, or of a newer release
 */
export async function copyOfBucket(
  app: AppSchema,
  folder: string,
  context: Context,
): Promise<BucketCopy> {
  const { url, files } = mustBeRestorable(await survey(context), context.url)
  const file = join(folder, `${crypto.randomUUID()}.db`)
  // A check in this thread would take longer than a lease is valid.
  const restored = await restoreAndExamine(url, file, context, { look: examineApart })
  if (!restored) throw new NoReplica(context.url)
  mustBeSound(restored, url)
  const at = changeIn(files, restored.txid)
  const database = migrated(file, app)
  return {
    database,
    changedAt: at === null ? null : timeInWords(at),
    [Symbol.dispose]: () => {
      database.$client.close()
      rmSync(file)
    },
  }
}

function migrated(file: string, app: AppSchema): Database {
  try {
    return openMigrated(file, app)
  } catch (error) {
    if (!(error instanceof NewerSchema)) throw error
    throw new Error(`${error.message} Move with that release, or a newer one.`)
  }
}

import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { AppSchema } from './app-schema.ts'
import { isNothing, type Migrated, MigrationProblem, toMigrate } from './migrate.ts'
import { openDatabase } from './open.ts'

/** What the worker is given, and what it says. */
export type Order = { path: string; folder: string; migrations: string | null }
export type Report = { step: string } | { done: Migrated } | { problem: string }

// Beside this file in the sources; beside the server, or one folder above a chunk of it, in the image.
const workerFile = ['./migrate-worker.ts', './migrate-worker.js', '../migrate-worker.js']
  .map((file) => new URL(file, import.meta.url))
  .find((url) => existsSync(url))

/**
 * Migrates the database file at `path`, which nobody else uses, as `migrateDatabase` does: in a thread
 * of its own, so that this one goes on answering and keeps its lease. There is none where nothing is to
 * be done.
 *
 * @param say told every `everyMs` what is run, and in the end what an operator should know
 * @throws {NewerSchema} before anything is changed
 * @throws {MigrationProblem} if a migration can't be applied: nothing is changed then, either
 */
export async function migrateApart(
  path: string,
  app: AppSchema,
  say: (words: string) => void = () => {},
  everyMs = 5_000,
): Promise<Migrated> {
  const toDo = lookInto(path, app)
  const migrated = isNothing(toDo) ? toDo : await migrateInWorker(path, app, say, everyMs)
  for (const words of migratedInWords(migrated)) say(words)
  return migrated
}

async function migrateInWorker(
  path: string,
  app: AppSchema,
  say: (words: string) => void,
  everyMs: number,
): Promise<Migrated> {
  if (!workerFile) throw new Error('migrate-worker.js is missing: build the app again.')
  const workerData: Order = { path, folder: app.folder, migrations: app.migrations }
  const worker = new Worker(workerFile, { workerData })
  const startMs = performance.now()
  let step = 'the file'
  const timer = setInterval(() => {
    say(`Migrating: ${step}, ${Math.round((performance.now() - startMs) / 1_000)} s`)
  }, everyMs)
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (report: Report) => {
        if ('step' in report) step = report.step
        else if ('done' in report) resolve(report.done)
        else reject(new MigrationProblem(report.problem))
      })
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`The migration ended with code ${code}.`)))
    })
  } finally {
    clearInterval(timer)
    await worker.terminate()
  }
}

function migratedInWords({ applied, repaired, edited }: Migrated): string[] {
  return [
    applied.length > 0 && `Applied ${applied.join(', ')}.`,
    repaired.length > 0 &&
      `The triggers ${repaired.join(', ')} were missing or changed: they were made again, and what they keep was counted again.`,
    edited.length > 0 &&
      `${edited.join(', ')} was edited after it had been applied, and was not applied again: restore it, and write a new migration.`,
  ].filter((words) => words !== false)
}

function lookInto(path: string, app: AppSchema): Migrated {
  const database = openDatabase(path)
  try {
    return toMigrate(database, app)
  } finally {
    database.$client.close()
  }
}

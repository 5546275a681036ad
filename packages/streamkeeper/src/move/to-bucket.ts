import { setTimeout as sleep } from 'node:timers/promises'
import type { Context, Outcome } from '../operations/command.ts'
import { holdTiming } from '../operations/hold-lease.ts'
import { refuseData, seedEpoch } from '../operations/seed-epoch.ts'
import { openDatabase } from '../sqlite/open.ts'
import { columnsInPostgres, refuseForeign } from './foreign.ts'
import { keepTriggerRows } from './keep-trigger-rows.ts'
import { leaseOf, type Reporting, type Wanted, walkWithProgress } from './moving.ts'
import { PostgresSide } from './postgres-side.ts'
import { mustBeThisRelease } from './schemas.ts'
import { Session } from './session.ts'
import { SqliteSide } from './sqlite-side.ts'
import { compareAll, mustBeEqual, synchronise } from './synchronise.ts'
import type { Table } from './table.ts'
import { inBucket, inFile } from './words.ts'
import { openWorkFile, type WorkFile } from './work-file.ts'

/**
 * Copies a PostgreSQL database to a SQLite file of this machine, while the app goes on. To switch, it
 * then stops who writes, copies what was written meanwhile, brings the file into the bucket as a new
 * epoch, and lets nobody write to PostgreSQL until its signal is aborted.
 *
 * @param folder for the file, which is kept for the next time
 * @throws {Error} if the bucket may not be changed, or is not equal in the end
 */
export async function moveToBucket(
  wanted: Wanted,
  folder: string,
  context: Context,
): Promise<Outcome> {
  const { signal, progress } = context
  const { app } = wanted
  const { tables } = app
  const lease = await leaseOf(context, wanted)
  if (wanted.switches) {
    await lease.read()
    // Seeding refuses it too, but writers would have been stopped by then.
    await refuseData(wanted, context)
  }
  await using session = await Session.open(wanted.database)
  await mustBeThisRelease(session, app.postgresMigrations)
  refuseForeign(await columnsInPostgres(session.client), tables, wanted.without)
  const copy = async (file: WorkFile) =>
    walkWithProgress(context, (walk) =>
      synchronise(tables, new PostgresSide(session.client), new SqliteSide(file.client), walk),
    )
  const moment = await session.freeze()
  using file = openWorkFile(app, folder, session.name)
  const first = await copy(file)
  await session.release()
  if (!wanted.switches) return inFile({ ...first, moment }, session.name, context.url, file.path)

  const stoppedAt = wanted.stopped ? await session.freeze() : await session.stopWriters(tables)
  if (!wanted.stopped) {
    progress.say(`Nobody can write to ${session.name} now: copying what is new.`)
  }
  const final = await copy(file)
  if (wanted.stopped && final.blocks > 0) throw new NotStopped()
  keepTriggerRows(file.client, tables, app)
  file.close()
  const seeded = await seedEpoch(
    {
      ...{ file: file.path, replace: wanted.replace, app, lease },
      ...{ now: Date.now, timing: holdTiming(context, wanted.patienceMs) },
      compare: (restored, kept) =>
        mustBeSame(tables, file.path, restored, { progress, signal: kept }),
    },
    context,
  )
  const outcome = inBucket(
    { ...final, moment: stoppedAt },
    seeded,
    session.name,
    context.url,
    lease.me.service,
    app.config.name,
  )
  if (wanted.stopped) return outcome
  // Had the connection been cut meanwhile, somebody could have written what is not in the bucket.
  await session.mustStopWriters()
  progress.say(outcome.words)
  while (!signal.aborted) {
    await sleep(2_000, undefined, { signal }).catch(() => {})
    await session.mustStopWriters()
  }
  return { ...outcome, words: ended }
}

class NotStopped extends Error {
  constructor() {
    super(
      'Somebody has just written to PostgreSQL. Nothing was changed. Stop the service, or switch without --stopped.',
    )
  }
}

const ended =
  'Writers on PostgreSQL go on: what a service that is still there writes now is not in the bucket. Switch again, with --replace, if that was too early.'

/**
 * Compares a database that was restored from the bucket with the file that was brought there.
 *
 * @throws {Error} if they differ
 */
export async function mustBeSame(
  tables: Table[],
  sent: string,
  restored: string,
  reporting: Reporting,
): Promise<void> {
  const [one, other] = [openDatabase(sent), openDatabase(restored)]
  try {
    const sides = [new SqliteSide(one.$client), new SqliteSide(other.$client)] as const
    const compared = await walkWithProgress(reporting, (walk) => compareAll(tables, ...sides, walk))
    for (const table of compared) mustBeEqual(table)
  } finally {
    one.$client.close()
    other.$client.close()
  }
}

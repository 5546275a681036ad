import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, Outcome } from '../operations/command.ts'
import { holdTiming, LeaseLost, whileKeeping, withLease } from '../operations/hold-lease.ts'
import { temporaryFolder } from '../operations/restored.ts'
import { copyOfBucket } from './bucket-copy.ts'
import type { Digest } from './digest.ts'
import { columnsInSqlite, refuseForeign } from './foreign.ts'
import { Moves } from './moves.ts'
import { leaseOf, untilAborted, type Wanted, walkWithProgress } from './moving.ts'
import { PostgresSide } from './postgres-side.ts'
import { makeTables } from './schemas.ts'
import { Session } from './session.ts'
import { SqliteSide } from './sqlite-side.ts'
import { type Synchronised, synchronise } from './synchronise.ts'
import { copied, onPostgres } from './words.ts'

/**
 * Copies the newest state of the bucket to a PostgreSQL database, while the app goes on. To switch, it
 * then takes the lease, so that nobody writes, copies what was written meanwhile, and keeps the lease
 * until its signal is aborted.
 *
 * @throws {Error} if the database may not be changed, or is not equal in the end
 */
export async function moveToPostgres(wanted: Wanted, context: Context): Promise<Outcome> {
  await using session = await Session.open(wanted.database)
  using folder = temporaryFolder(join(tmpdir(), 'streamkeeper-move-'))
  const lease = await leaseOf(context, wanted)
  await lease.read()
  const pass = passes(wanted, session, folder.path, context)
  const first = await pass(context.signal)
  if (!wanted.switches) return copied(first, context.url, session.name)
  const { signal, progress } = context
  const timing = holdTiming(context, wanted.patienceMs)
  const switching = () =>
    whileKeeping(lease, timing, signal, async (kept) => {
      progress.say(`Nobody can write to ${context.url} now: copying what is new.`)
      const final = await pass(kept)
      const outcome = onPostgres(
        final,
        context.url,
        session.name,
        lease.me.service,
        wanted.app.config.name,
      )
      progress.say(outcome.words)
      await untilAborted(kept)
      if (!signal.aborted) throw new LeaseLost()
      return { ...outcome, words: ended }
    })
  return await withLease(lease, timing, context, switching).catch((error) => {
    throw error instanceof LeaseLost ? new WritersFree() : error
  })
}

const ended =
  'The lease is free: a service that is still on the bucket can write there again, and PostgreSQL would not have it. Switch again if that was too early.'

class WritersFree extends Error {
  constructor() {
    super(
      'The lease was lost, as the bucket did not answer in time: the service on the bucket may have written since. Switch again before people use PostgreSQL.',
    )
  }
}

type Pass = (signal: AbortSignal) => Promise<Passed>
type Passed = Synchronised & { changedAt: string | null }

/** Copies what the bucket has; the first time, it sees whether the database may be changed. */
function passes(wanted: Wanted, session: Session, folder: string, context: Context): Pass {
  const { app } = wanted
  const { tables } = app
  const moves = new Moves(session.client, app.config.name, context.url)
  const target = new PostgresSide(session.client)
  let isFirst = true
  return async (signal) => {
    const here = { ...context, signal }
    using copy = await copyOfBucket(app, folder, here)
    const { $client } = copy.database
    refuseForeign(columnsInSqlite($client), tables, wanted.without)
    if (isFirst) {
      await makeTables(wanted.database, session, app)
      await moves.prepare()
      if (wanted.replace) await moves.empty(tables)
    }
    const begin = async (there: Digest) => {
      if (isFirst) await moves.mayChange(there)
      await moves.begin(new Date())
      isFirst = false
    }
    const done = await walkWithProgress(here, (walk) =>
      synchronise(tables, new SqliteSide($client), target, walk, begin),
    )
    await moves.finish(done.all, new Date())
    return { ...done, changedAt: copy.changedAt }
  }
}

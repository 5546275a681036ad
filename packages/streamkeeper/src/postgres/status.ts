import { sql } from 'drizzle-orm'
import type { Me } from '../lease/lease-object.ts'
import type { Fact } from '../server/facts.ts'
import { duration } from '../server/in-words.ts'
import type { Lifecycle } from '../server/lifecycle.ts'
import type { Replicated } from '../server/live-facts.ts'
import { log, reasonOf } from '../server/log.ts'
import { releaseInWords } from '../server/release-name.ts'
import type { Runtime } from '../server/runtime.ts'
import { listEvents, recordEvents } from './events.ts'
import { ask } from './index.ts'
import type { NewerData } from './newer-data.ts'
import type { Database } from './open.ts'
import { plainError, transientProblem } from './problem.ts'

// A screen of them.
const shownEvents = 50

/** What this instance is doing, for operators: also while the database is away. */
export async function statusOf(
  lifecycle: Lifecycle,
  instance: Me,
  database: Database,
  newer: Pick<NewerData, 'may' | 'words'>,
): ReturnType<Runtime['status']> {
  const { state, draining } = lifecycle
  const { totalCount, idleCount, waitingCount } = database.$client
  const facts: Fact[] = [
    { name: 'State', value: draining ? 'draining' : state.name },
    {
      name: 'This instance',
      value: `${instance.revision} ${instance.instance}, up for ${duration(performance.now())}`,
    },
    { name: 'Release', value: releaseInWords() },
    ...(newer.words
      ? [{ name: 'Data', value: newer.words, isProblem: newer.may !== 'write' }]
      : []),
    {
      name: 'Connections',
      value: `${totalCount}, of which ${idleCount} are idle; ${waitingCount} requests wait for one`,
    },
  ]
  try {
    const listing = ask(() => listEvents(database, shownEvents), 'read')
    const about = ask(() => aboutServer(database), 'read')
    const [server, events] = await Promise.all([about, listing])
    return { facts: [...facts, ...server], events }
  } catch (error) {
    const value = transientProblem(plainError(error))?.message ?? reasonOf(error)
    return { facts: [...facts, { name: 'Database', value, isProblem: true }], events: [] }
  }
}

async function aboutServer(database: Database): Promise<Fact[]> {
  const { rows } = await database.execute<{ version: string }>(sql`select version()`)
  return rows.map(({ version }) => ({ name: 'Database', value: version.split(' on ')[0] ?? '' }))
}

/**
 * What writes down what happens to an instance, for operators; it waits for nothing.
 *
 * @param instance names it to people
 */
export function timelineOf(database: Database, instance: string, now = () => new Date()) {
  return (kind: 'started' | 'database-is-back', detail: string): void => {
    log('INFO', detail, { kind })
    const event = { at: now().toISOString(), kind, instance, detail }
    ask(() => recordEvents(database, [event])).catch((error) => {
      log('WARNING', `What happened could not be written down: ${reasonOf(error)}`)
    })
  }
}

/** Where what is written is, for everybody: what is committed here is durable. */
export function replicated(isAway: boolean): Replicated {
  return {
    ...{ role: 'postgres', state: isAway ? 'down' : 'ok' },
    ...{ durableAgoMs: null, missing: 0, waiting: 0, epoch: null, txid: null },
    why: isAway ? 'The database does not answer.' : null,
  }
}

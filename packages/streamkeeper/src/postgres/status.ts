import { sql } from 'drizzle-orm'
import type { Me } from '../lease/lease-object.ts'
import type { Fact } from '../server/facts.ts'
import { duration } from '../server/in-words.ts'
import type { Lifecycle } from '../server/lifecycle.ts'
import { reasonOf } from '../server/log.ts'
import { releaseInWords } from '../server/release-name.ts'
import type { Runtime } from '../server/runtime.ts'
import type { Event } from '../sqlite/events.ts'
import type { Database } from './open.ts'
import { passingProblem, plainError } from './problem.ts'

// A screen of them.
const shownEvents = 50

/** What this instance is doing, for operators: also while the database is away. */
export async function statusOf(
  lifecycle: Lifecycle,
  instance: Me,
  database: Database,
  data: { listEvents(limit: number): Promise<Event[]> },
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
    {
      name: 'Connections',
      value: `${totalCount}, of which ${idleCount} are idle; ${waitingCount} requests wait for one`,
    },
  ]
  try {
    const [about, events] = await Promise.all([aboutServer(database), data.listEvents(shownEvents)])
    return { facts: [...facts, ...about], events }
  } catch (error) {
    const value = passingProblem(plainError(error))?.message ?? reasonOf(error)
    return { facts: [...facts, { name: 'Database', value, isProblem: true }], events: [] }
  }
}

async function aboutServer(database: Database): Promise<Fact[]> {
  const { rows } = await database.execute<{ version: string }>(sql`select version()`)
  return rows.map(({ version }) => ({ name: 'Database', value: version.split(' on ')[0] ?? '' }))
}

import { reasonOf } from 'streamkeeper'
import type { Connection, Shown } from 'streamkeeper/config'
import { z } from 'zod'

const entry = z.object({ id: z.number(), name: z.string(), message: z.string() })
const page = z.object({ entries: z.array(entry) })
const counted = z.object({ visits: z.number() })

/**
 * Asks the app at `app`, such as `https://visits.example`, what it shows.
 *
 * @throws {Error} if it doesn't answer as it should
 */
export async function shown(app: string, signal: AbortSignal): Promise<Shown> {
  const { entries } = await ask(`${app}/api/entries?limit=1`, page, signal)
  const { visits } = await ask(`${app}/api/visits`, counted, signal)
  const newest = entries[0] ?? null
  return {
    words: `${newest ? `entry ${newest.id} and ` : ''}at least ${visits} visits`,
    facts: { visits, newest },
    missingFrom: (copy) => [
      ...(newest && !hasEntry(copy, newest) ? [`entry ${newest.id}`] : []),
      ...missingVisits(copy, visits),
    ],
  }
}

function hasEntry(copy: Connection, { id, name, message }: z.infer<typeof entry>): boolean {
  if (!hasTable(copy, 'entries')) return false
  const same = 'select 1 from entries where id = ? and name = ? and message = ?'
  return copy.prepare(same).get(id, name, message) !== undefined
}

function missingVisits(copy: Connection, visits: number): string[] {
  const count = () => copy.prepare('select count(*) from page_views').pluck().get() as number
  const here = hasTable(copy, 'page_views') ? count() : 0
  return here < visits ? [`${visits - here} of ${visits} visits`] : []
}

function hasTable(copy: Connection, name: string): boolean {
  return copy.prepare('select 1 from sqlite_master where name = ?').get(name) !== undefined
}

async function ask<T>(url: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  // The app itself lets a request wait for 30 s while it starts.
  const patience = AbortSignal.any([signal, AbortSignal.timeout(45_000)])
  const fail = (reason: string) => new Error(`${url} ${reason}. Is the app running there?`)
  try {
    const response = await fetch(url, { signal: patience })
    if (!response.ok) throw fail(`answers with ${response.status}`)
    return schema.parse(await response.json())
  } catch (error) {
    if (error instanceof z.ZodError) throw fail('does not answer like this app')
    if (error instanceof TypeError) throw fail(`can't be reached (${reasonOf(error)})`)
    if (error instanceof SyntaxError) throw fail('does not answer with JSON')
    throw patience.aborted && !signal.aborted ? fail('does not answer within 45 s') : error
  }
}

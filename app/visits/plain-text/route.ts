import { plural } from '../../format.ts'
import { countedVisits } from '../visits.ts'

/**
 * The front page for curl and its kind: next.config.mjs sends them here from `/`. The number is in
 * digits alone, as scripts read it.
 */
export async function GET(): Promise<Response> {
  const { total } = await countedVisits()
  return new Response(`This server has been visited ${total} ${plural(total, 'time')}.\n`, {
    headers: { 'cache-control': 'no-store', vary: 'accept' },
  })
}

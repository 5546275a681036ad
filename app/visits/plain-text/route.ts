import { visits } from '../visits.ts'

/** The front page for curl and its kind: next.config.mjs sends them here from `/`. */
export async function GET(): Promise<Response> {
  return new Response(`This server has been visited ${await visits()} times.\n`, {
    headers: { 'cache-control': 'no-store', vary: 'accept' },
  })
}

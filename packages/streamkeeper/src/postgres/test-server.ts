// The server on PostgreSQL in a process of its own, as server/main.ts runs it, with pages that need no
// build: they give the number of visits and the entries, and take entries.
import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { visitsHeader } from '../../../../app/kept-pages.ts'
import config from '../../../../streamkeeper.config.ts'
import { runtime } from '../server/runtime.ts'
import { StopRequested, stopOnSignals } from '../server/stop-signal.ts'
import { serve } from './serve.ts'

const stop = stopOnSignals()
const pages: RequestListener = async (request, response) => {
  const { data = assert.fail('It is on PostgreSQL.'), durable, status } = runtime()
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const give = (value: unknown) => response.end(JSON.stringify(value))
  try {
    if (request.headers[visitsHeader] !== undefined) give(Number(request.headers[visitsHeader]))
    else if (pathname === '/status') give(await status())
    else if (request.method === 'POST') {
      const idempotencyKey = searchParams.get('key') ?? ''
      const entry = { name: 'A', message: 'B', idempotencyKey }
      const stored = await data.addEntry(entry, new Date())
      await durable()
      give(stored)
    } else give((await data.listEntries({ before: null, limit: 1_000 })).entries)
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}

try {
  await serve(stop, config, async () => pages)
} catch (error) {
  if (error !== stop.signal.reason) console.error(error)
  stop.abort(error)
}
process.exit(stop.signal.reason instanceof StopRequested ? 0 : 1)

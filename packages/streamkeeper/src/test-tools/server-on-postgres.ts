// The server on PostgreSQL in a process of its own, as main.ts runs it, with pages that need no
// build: they count marks, give the notes, and take some.
import type { RequestListener } from 'node:http'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { durable } from '../index.ts'
import { ask, postgres } from '../postgres/index.ts'
import { serve } from '../postgres/serve.ts'
import { migrations } from '../postgres/test-support.ts'
import { runtime } from '../server/runtime.ts'
import { StopRequested, stopOnSignals } from '../server/stop-signal.ts'
import * as schema from '../test-app/postgres-schema.ts'
import config from '../test-app/streamkeeper.config.ts'

const { noteCount, notes } = schema

// Before there is a server, as an app's module has it.
const database = drizzle({ client: postgres() })

const stop = stopOnSignals()
const pages: RequestListener = async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const give = (value: unknown) => response.end(JSON.stringify(value))
  try {
    if (pathname === '/status') give(await runtime().status())
    else if (pathname === '/mark') give(await ask(mark))
    else if (request.method === 'POST') give(await writeDurably(searchParams.get('key') ?? ''))
    else give(await ask(() => database.select().from(notes)))
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}

async function mark(): Promise<number | undefined> {
  const [row] = await database
    .insert(noteCount)
    .values({ id: 1, total: 1 })
    .onConflictDoUpdate({ target: noteCount.id, set: { total: sql`${noteCount.total} + 1` } })
    .returning()
  return row?.total
}

async function writeDurably(key: string) {
  const row = await ask(() => write(key))
  await durable()
  return row
}

// In a transaction, which needs a connection of its own.
async function write(key: string) {
  return database.transaction(async (tx) => {
    const same = { target: notes.key, set: { key } }
    const [row] = await tx
      .insert(notes)
      .values({ text: 'B', key })
      .onConflictDoUpdate(same)
      .returning()
    return row
  })
}

try {
  await serve(
    stop,
    { ...config, postgres: { migrations: process.env.MIGRATIONS ?? migrations, schema } },
    async () => pages,
  )
} catch (error) {
  if (error !== stop.signal.reason) console.error(error)
  stop.abort(error)
}
process.exit(stop.signal.reason instanceof StopRequested ? 0 : 1)

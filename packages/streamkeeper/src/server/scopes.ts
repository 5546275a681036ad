import type { Connection } from '../config.ts'
import type { Leadership } from './leadership.ts'
import type { LocalDatabase } from './local-database.ts'
import { shared } from './runtime.ts'

/** Serves a request that only reads: a write in it fails, whatever this instance may do. */
export function readScope<T>(
  database: { readonly reading: { $client: Connection } },
  serve: () => T,
): T {
  return shared.scopes.run(
    { connection: () => database.reading.$client, durable: refuseDurable },
    serve,
  )
}

/** Serves a request, or runs a job, that the leadership has admitted as a write. */
export function writeScope<T>(
  database: Pick<LocalDatabase, 'open'>,
  leadership: Pick<Leadership, 'durable'>,
  serve: () => T,
): T {
  const scope = {
    connection: () => database.open.$client,
    durable: async () => {
      // What is ended before anything is awaited has ended then.
      await null
      if (database.open.$client.inTransaction) throw notCommitted()
      await leadership.durable()
    },
  }
  return shared.scopes.run(scope, serve)
}

function notCommitted(): Error {
  const message =
    'A transaction is open on the connection, so what was written may still be taken back. Commit it before anything is awaited.'
  return Object.assign(new Error(message), { code: 'not-committed' })
}

/** Is `durable` where nothing can have been written. */
export async function refuseDurable(): Promise<never> {
  const message = 'This was not admitted as a write, so it has written nothing.'
  throw Object.assign(new Error(message), { code: 'not-a-write' })
}

import { type ClientBase, Pool, type PoolClient } from 'pg'
import { markUnanswered } from './unanswered.ts'

type Connected = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: unknown) => void,
) => void

/**
 * A pool whose connections don't outlive a statement that was not answered, and know when a commit was not
 * confirmed.
 */
export class Connections extends Pool {
  /** Also gives back the connection of a transaction that could not begin: Drizzle keeps that for ever. */
  override connect(): Promise<PoolClient>
  override connect(connected: Connected): void
  override connect(connected?: Connected): Promise<PoolClient> | undefined {
    if (!connected) return super.connect().then(releaseAtEnd)
    super.connect(connected)
  }
}

function releaseAtEnd(client: PoolClient): PoolClient {
  const { release } = client
  let isReleased = false
  const atEnd = () => client.release(true)
  client.release = (reason) => {
    if (isReleased) return
    isReleased = true
    client.removeListener('end', atEnd)
    release(reason)
  }
  client.once('end', atEnd)
  return client
}

/** Has the connection's statements fail as {@link markUnanswered} says, and end it where it has fallen silent. */
export function watchStatements(client: ClientBase): void {
  const { query } = client
  let isUnconfirmed = false
  // The rollback after a commit that was not answered fails in its place.
  let isUnclear = false
  // A commit that is cancelled while it waits for a standby is answered like any other, after this notice. The
  // text has many languages, the name of the function has one.
  client.on('notice', ({ routine }) => {
    if (routine === 'SyncRepWaitForLSN') isUnconfirmed = true
  })
  const answered = () => {
    const unconfirmed = isUnconfirmed
    isUnconfirmed = false
    return unconfirmed ? markUnanswered(new Error('No standby has confirmed the commit.')) : null
  }
  const failed = (error: Error, status: string | null, text: string) => {
    // Whatever comes next would wait for the same answer.
    if (error.message === 'Query read timeout')
      Reflect.apply(Reflect.get(client, 'end'), client, [])
    isUnclear ||= mayBeDone(error, status, text)
    return isUnclear ? markUnanswered(error) : error
  }
  client.query = ((...args: unknown[]) => {
    const status = client.getTransactionStatus()
    const text = textOf(args[0])
    const callback = args.at(-1)
    if (typeof callback === 'function') {
      args[args.length - 1] = (error: Error | undefined, result: unknown) => {
        const failure = error ? failed(error, status, text) : answered()
        callback(failure ?? undefined, failure ? undefined : result)
      }
      return Reflect.apply(query, client, args)
    }
    const asked: unknown = Reflect.apply(query, client, args)
    if (!(asked instanceof Promise)) return asked
    return asked.then(
      (result) => {
        const failure = answered()
        if (failure) throw failure
        return result
      },
      (error) => {
        throw failed(error, status, text)
      },
    )
  }) as typeof query
}

function textOf(asked: unknown): string {
  if (typeof asked === 'string') return asked
  return asked && typeof asked === 'object' && 'text' in asked ? String(asked.text) : ''
}

/** Whether a statement that failed may have changed something for good. */
function mayBeDone(error: Error, status: string | null, text: string): boolean {
  // What was begun ends with the connection, unless it was to be committed.
  if (status === 'T' && !/^\s*commit\b/i.test(text)) return false
  if (status === 'E') return false
  // Node-postgres has not sent it.
  if (/not queryable/.test(error.message)) return false
  // The server has refused it; FATAL, as at a shutdown, may come when all was done but the answer.
  return !('severity' in error && error.severity === 'ERROR')
}

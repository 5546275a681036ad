import type { Database as Connection } from 'better-sqlite3'

type Write = { run(): unknown; resolve(result: unknown): void; reject(error: unknown): void }

/** The writes of one turn of the event loop; the connection of another turn may be another one. */
const turns = new WeakMap<Connection, Write[]>()

/**
 * Runs a write at the end of this turn of the event loop, in one commit with the others of the turn: what they all
 * change, such as the last page of a table, goes to the log and the bucket once.
 *
 * @param write may run twice, if what was to be in one commit with it fails
 * @returns what it returns, once that is committed
 */
export function inSharedCommit<Result>(
  connection: Connection,
  write: () => Result,
): Promise<Result> {
  return new Promise<unknown>((resolve, reject) => {
    turnOf(connection).push({ run: write, resolve, reject })
  }) as Promise<Result>
}

function turnOf(connection: Connection): Write[] {
  const known = turns.get(connection)
  if (known) return known
  const writes: Write[] = []
  turns.set(connection, writes)
  setImmediate(() => {
    turns.delete(connection)
    if (!areToldAtOnce(connection, writes)) for (const write of writes) commitAlone(write)
  })
  return writes
}

/** @returns false where each has to be tried alone */
function areToldAtOnce(connection: Connection, writes: Write[]): boolean {
  if (writes.length === 1) return false
  try {
    const results = connection.transaction(() => writes.map(({ run }) => run())).immediate()
    for (const [index, { resolve }] of writes.entries()) resolve(results[index])
    return true
  } catch (error) {
    // Each would wait for the lock anew, and keep this process from all else.
    const isLocked = /^SQLITE_BUSY/.test(codeOf(error))
    if (isLocked) for (const { reject } of writes) reject(error)
    return isLocked
  }
}

// Of those that can't be committed together, each is told what its own is refused for.
function commitAlone({ run, resolve, reject }: Write): void {
  try {
    resolve(run())
  } catch (error) {
    reject(error)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

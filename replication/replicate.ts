import { type Litestream, LitestreamRefused } from './litestream.ts'
import { noteReplica } from './newest-copy.ts'
import { problemFrom } from './problem.ts'

/** A database file, and the replica that it is written to. */
export type Replicated = { path: string; replicaUrl: string }

/**
 * Has Litestream replicate the database, and returns when all of it is in the bucket.
 *
 * @throws {ReplicationProblem} if the bucket doesn't take it, or not within `timeoutMs`; Litestream
 *   goes on trying, so calling again waits again
 */
export async function startReplication(
  litestream: Litestream,
  { path, replicaUrl }: Replicated,
  timeoutMs: number,
): Promise<void> {
  noteReplica(path, replicaUrl)
  await orProblem(replicaUrl, async () => {
    await litestream.register(path, replicaUrl, 5_000)
    await litestream.sync(path, timeoutMs)
  })
}

/**
 * Ends the replication once all of the database, which nobody writes to any more, is in the bucket.
 *
 * @throws {ReplicationProblem} if that isn't so after `timeoutMs`
 */
export async function stopReplication(
  litestream: Litestream,
  { path, replicaUrl }: Replicated,
  timeoutMs: number,
): Promise<void> {
  await orProblem(replicaUrl, () => litestream.unregister(path, timeoutMs))
}

async function orProblem(replicaUrl: string, call: () => Promise<void>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof LitestreamRefused) && !isTimeout(error)) throw error
    throw problemFrom(String(error), replicaUrl)
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

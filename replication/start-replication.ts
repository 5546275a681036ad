import { type Litestream, LitestreamRefused } from './litestream.ts'
import { noteReplica } from './newest-copy.ts'
import { problemFrom } from './problem.ts'

/**
 * Has Litestream replicate the database at `path` to `replicaUrl`, and returns when all of it is
 * there.
 *
 * @throws {ReplicationProblem} if the bucket doesn't take it, or not within `timeoutMs`; Litestream
 *   goes on trying, so calling again waits again
 */
export async function startReplication(
  litestream: Litestream,
  { path, replicaUrl }: { path: string; replicaUrl: string },
  timeoutMs: number,
): Promise<void> {
  noteReplica(path, replicaUrl)
  try {
    await litestream.register(path, replicaUrl, 5_000)
    await litestream.sync(path, timeoutMs)
  } catch (error) {
    if (error instanceof LitestreamRefused || isTimeout(error)) {
      throw problemFrom(String(error), replicaUrl)
    }
    throw error
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Moment, restoreReplica } from '../litestream/litestream-command.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import type { Context } from './command.ts'
import { forOperators } from './errors.ts'
import { type Examined, examine } from './examine.ts'
import type { Progress } from './progress.ts'
import { bytesInWords } from './words.ts'

// Google's client says nothing while it retries; a bucket that is only slow sends something.
const stallMs = 30_000

export type Restored = Examined & { txid: number; restoreMs: number }

/**
 * Restores the replica at `url` to the new file `to`, and examines it.
 *
 * @param options.moment the newest state unless given
 * @param options.look what examines it
 * @returns null if there is no replica
 * @throws {ReplicationProblem} if it can't be restored
 */
export async function restoreAndExamine(
  url: string,
  to: string,
  { signal, progress }: Pick<Context, 'signal' | 'progress'>,
  {
    moment,
    look = examine,
  }: {
    moment?: Moment
    look?: (path: string, progress: Progress) => Examined | Promise<Examined>
  } = {},
): Promise<Restored | null> {
  const startMs = performance.now()
  const restoring = restoreReplica(url, to, { signal, stallMs, ...(moment && { moment }) })
  const words = () => `Restoring, ${bytesInWords(sizeOf(`${to}.tmp`))} so far`
  const txid = await progress.during(words, restoring)
  const restoreMs = Math.round(performance.now() - startMs)
  return txid === null ? null : { ...(await look(to, progress)), txid, restoreMs }
}

/** @throws {ReplicationProblem} if SQLite finds something wrong with it */
export function mustBeSound({ findings }: Examined, url: string): void {
  if (findings.length > 0) throw new ReplicationProblem('replica-damaged', url, findings.join('; '))
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

/** A new folder whose name begins with `prefix`; it is removed with all that is in it. */
export function temporaryFolder(prefix: string): { path: string } & Disposable {
  const path = make(prefix)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

function make(prefix: string): string {
  try {
    return mkdtempSync(prefix)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // Its own name of the folder ends in six letters that nobody has ever seen.
    throw forOperators(Object.assign(error, { path: dirname(prefix) }))
  }
}

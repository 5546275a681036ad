import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { epochName } from '../replication/lease/epochs.ts'
import { ltxName } from '../replication/ltx/file-name.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import type { ReplicaUrl } from '../replication/replica-url.ts'
import { fileProblem, ifCode } from '../replication/store/file-problem.ts'
import { answerProblem, isBucketMissing, requestProblem } from '../replication/store/gcs-problem.ts'
import { access } from '../replication/store/gcs-store.ts'

/**
 * Reads the file that holds one transaction of an epoch, as Litestream wrote it.
 *
 * @returns null if there is no such file, or none any more
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export type ReadTransaction = (epoch: number, txid: number) => Promise<Buffer | null>

/** Where a transaction is below the replica URL: Litestream uploads each by itself first, to level 0. */
export function transactionObject(epoch: number, txid: number): string {
  return `${epochName(epoch)}/ltx/0/${ltxName(txid)}`
}

/** @param emulatorHost stands in for Cloud Storage */
export function transactionsIn(
  base: ReplicaUrl,
  emulatorHost: string | undefined,
): ReadTransaction {
  return base.startsWith('file://')
    ? inFolder(base.slice('file://'.length))
    : inBucket(base, emulatorHost)
}

function inFolder(folder: string): ReadTransaction {
  return async (epoch, txid) => {
    try {
      return (
        (await readFile(join(folder, transactionObject(epoch, txid))).catch(ifCode('ENOENT'))) ??
        null
      )
    } catch (error) {
      throw fileProblem(error, `file://${folder}`)
    }
  }
}

function inBucket(base: string, emulatorHost: string | undefined): ReadTransaction {
  const { endpoint, authorize } = access(emulatorHost)
  return async (epoch, txid) => {
    const url = `${endpoint}/${base.slice('gs://'.length)}/${transactionObject(epoch, txid)}`
    try {
      // Google's auth library takes no signal, but has deadlines of its own.
      const headers = await authorize()
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(4_000) })
      const bytes = Buffer.from(await answer.arrayBuffer())
      if (answer.ok) return bytes
      return absent({ status: answer.status, text: bytes.toString('utf8') }, base)
    } catch (error) {
      throw error instanceof ReplicationProblem ? error : requestProblem(error, base)
    }
  }
}

function absent(answer: { status: number; text: string }, base: string): null {
  if (answer.status === 404 && !isBucketMissing(answer)) return null
  throw answerProblem(answer, base)
}

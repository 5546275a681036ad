import { existsSync, rmSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { type ProblemCode, ReplicationProblem } from '../stores/problem.ts'

/** What the worker is asked for, and what it says. */
export type Order = { url: string; to: string; stallMs: number }
export type Report =
  | { txid: number }
  | { problem: { code: ProblemCode; replicaUrl: string; detail: string } }
  | { cant: string }

// Beside this file in the sources; beside the server, or one folder above a chunk, in a build.
const workerFile = ['./restore-worker.ts', './restore-worker.js', '../restore-worker.js']
  .map((file) => new URL(file, import.meta.url))
  .find((url) => existsSync(url))

let ready: Worker | undefined

/** Begins what the first restore needs, while others find out what is to be restored. */
export function prepareRestore(): void {
  ready ??= workerFile && idle(new Worker(workerFile))
}

/** Ends what was prepared and not needed. */
export function forgoRestore(): void {
  ready?.terminate()
  ready = undefined
}

/**
 * Restores the newest state of the replica at `url` to the new file `to`, in a thread of its own.
 *
 * @returns the transaction that the file is at; null where Litestream is to be asked instead, which
 *   knows how to say what is wrong
 * @throws {ReplicationProblem} if the bucket fails
 */
export async function restoreApart(
  url: string,
  to: string,
  { signal, stallMs }: { signal: AbortSignal; stallMs: number },
): Promise<number | null> {
  signal.throwIfAborted()
  const worker = ready ?? (workerFile && new Worker(workerFile))
  ready = undefined
  if (!worker) return null
  worker.ref()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    worker.postMessage({ url, to, stallMs } satisfies Order)
    const report = await Promise.race([reportOf(worker), aborted.promise])
    if ('problem' in report) {
      const { code, replicaUrl, detail } = report.problem
      throw new ReplicationProblem(code, replicaUrl, detail)
    }
    return 'txid' in report ? report.txid : null
  } finally {
    signal.removeEventListener('abort', abort)
    await worker.terminate()
    rmSync(`${to}.tmp`, { force: true })
  }
}

function reportOf(worker: Worker): Promise<Report> {
  return new Promise((resolve) => {
    worker.once('message', resolve)
    worker.once('error', (error) => resolve({ cant: String(error) }))
    worker.once('exit', () => resolve({ cant: 'it has ended' }))
  })
}

/** Keeps no process from ending; one that fails before it is asked is not asked. */
function idle(worker: Worker): Worker {
  worker.unref()
  worker.on('error', () => {})
  worker.once('exit', () => {
    if (ready === worker) ready = undefined
  })
  return worker
}

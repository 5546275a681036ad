import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Examined, examine } from './examine.ts'
import { Progress } from './progress.ts'

/** Examines a database file in a thread of its own, so that this one goes on keeping a lease. */
export async function examineApart(path: string): Promise<Examined> {
  const worker = new Worker(new URL(import.meta.url), { workerData: path })
  const [examined] = (await once(worker, 'message')) as [Examined]
  await worker.terminate()
  return examined
}

if (!isMainThread) parentPort?.postMessage(examine(String(workerData), new Progress(null)))

import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Examined } from './examine.ts'

/** Examines a database file in a thread of its own, so that this one goes on keeping a lease. */
export async function examineApart(path: string): Promise<Examined> {
  const worker = new Worker(
    new URL(`./examine-worker${extname(import.meta.url)}`, import.meta.url),
    { workerData: path },
  )
  const [examined] = (await once(worker, 'message')) as [Examined]
  await worker.terminate()
  return examined
}

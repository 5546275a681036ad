import { parentPort } from 'node:worker_threads'
import { openStore } from '../stores/open-store.ts'
import { type ProblemCode, ReplicationProblem } from '../stores/problem.ts'
import type { ReplicaUrl } from '../stores/replica-url.ts'
import type { Order, Report } from './restore-apart.ts'
import { restoreHere } from './restore-here.ts'

parentPort?.once('message', async (order: Order) => parentPort?.postMessage(await report(order)))

const passing: ProblemCode[] = ['bucket-unreachable', 'bucket-busy', 'disk-full']

async function report({ url, to, stallMs }: Order): Promise<Report> {
  try {
    return { txid: await restoreHere(openStore(url as ReplicaUrl, stallMs), to) }
  } catch (error) {
    // Of an object that is refused Litestream is asked, and then the bucket, which one it is.
    if (!(error instanceof ReplicationProblem) || !passing.includes(error.code)) {
      return { cant: String(error) }
    }
    const { code, replicaUrl, detail } = error
    return { problem: { code, replicaUrl, detail } }
  }
}

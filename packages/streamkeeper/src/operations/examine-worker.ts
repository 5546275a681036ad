import { parentPort, workerData } from 'node:worker_threads'
import { examine } from './examine.ts'
import { Progress } from './progress.ts'

parentPort?.postMessage(examine(String(workerData), new Progress(null)))

// Preloaded by `cli/lib/warm.mjs` into the server that it runs, and so into its threads.
import { isMainThread } from 'node:worker_threads'
import { keepCompiled } from './compiled.ts'

if (isMainThread) keepCompiled(process.cwd())

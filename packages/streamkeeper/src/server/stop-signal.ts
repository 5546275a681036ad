import { join, sep } from 'node:path'
import { log, logSometimes } from './log.ts'

/** The process was asked to stop, as every process is in the end. */
export class StopRequested extends Error {}

/**
 * Aborts at the first SIGTERM or SIGINT, however many follow: a terminal sends Ctrl-C to the whole process
 * group, and Litestream passes on the one that it gets.
 *
 * @returns the controller, for what else ends the process
 */
export function stopOnSignals(): AbortController {
  const stop = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => stop.abort(new StopRequested(`Stopped by ${signal}`)))
  }
  return stop
}

/**
 * Waits for all of `work`, or until the process is to stop: nobody has been promised anything yet,
 * so there is nothing to wait for.
 *
 * @throws the signal's reason
 */
export async function unlessStopped<T extends readonly unknown[]>(
  stop: AbortSignal,
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const stopped = Promise.withResolvers<never>()
  stop.addEventListener('abort', () => stopped.reject(stop.reason))
  if (stop.aborted) throw stop.reason
  return Promise.race([Promise.all(work), stopped.promise])
}

// Next begins work whose outcome it looks at later.
const lateMs = 1_000
// What the drain and the end of the leadership take at most.
const endMs = 11_000

// Read-only, another user's, or full.
const unwritable = ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT']

/** Why Next could not keep something in its `folder`, all of which it makes again; null for any other error. */
export function unkeptCode(error: unknown, folder: string): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return null
  const [code, path] = [String(error.code), String(error.path)]
  return unwritable.includes(code) && path.startsWith(folder) ? code : null
}

/**
 * Ends the process in order when something went wrong that nobody has caught: what it was in the middle
 * of is not known, and the lease is to be released. Next would only log it, and go on.
 *
 * @param stop is aborted with what went wrong
 */
export function stopOnCrash(stop: AbortController): void {
  const end = (error: unknown) => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    log('CRITICAL', `Something went wrong that nobody has caught: ${message}`, { stack })
    setTimeout(() => process.exit(1), endMs).unref()
    stop.abort(error)
  }
  const late = new Map<Promise<unknown>, NodeJS.Timeout>()
  process.on('uncaughtException', end)
  process.on('unhandledRejection', (error, promise) => {
    const endUnlessCache = () => {
      late.delete(promise)
      const code = unkeptCode(error, join(process.cwd(), '.next', sep))
      if (code)
        logSometimes('ERROR', `Next can not write to its cache, and goes on without: ${code}`)
      else end(error)
    }
    late.set(promise, setTimeout(endUnlessCache, lateMs))
  })
  process.on('rejectionHandled', (promise) => {
    clearTimeout(late.get(promise))
    late.delete(promise)
  })
}

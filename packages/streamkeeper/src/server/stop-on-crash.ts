import { log } from './log.ts'

// Next begins work whose outcome it looks at later.
const lateMs = 1_000
// What the drain and the end of the leadership take at most.
const endMs = 11_000

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
    late.set(promise, setTimeout(end, lateMs, error))
  })
  process.on('rejectionHandled', (promise) => {
    clearTimeout(late.get(promise))
    late.delete(promise)
  })
}

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

/**
 * Aborts at the first SIGTERM or SIGINT, however many follow: Litestream passes on each one that it
 * gets, and a terminal sends Ctrl-C to the whole process group besides.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => controller.abort(new Error(`Stopped by ${signal}`)))
  }
  return controller.signal
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

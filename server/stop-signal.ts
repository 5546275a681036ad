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

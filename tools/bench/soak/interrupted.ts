/** Somebody wants the run to end. */
export class Interrupted extends Error {}

/** Rejects at the first signal, or error that nobody caught; what comes after changes nothing. */
export function interrupted(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => {})
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => reject(new Interrupted(`Interrupted by ${signal}.`)))
  }
  process.on('uncaughtException', reject)
  return promise
}

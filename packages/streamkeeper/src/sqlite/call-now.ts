/**
 * Calls a function of the app's that has to be done when it returns.
 *
 * @param name of it, in the app's configuration
 * @throws {Error} if it returns a promise: what it refuses later is refused too late
 */
export function callNow(name: string, call: () => unknown): void {
  const returned = call()
  if (!(returned instanceof Promise)) return
  returned.catch(() => {})
  throw new Error(
    `"${name}" of streamkeeper.config.ts returns a promise: it has to be done when it returns.`,
  )
}

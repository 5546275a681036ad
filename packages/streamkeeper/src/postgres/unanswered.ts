const unanswered = new WeakSet<object>()

/** Notes that a statement may have been done for good, though it failed: its answer was not received. */
export function markUnanswered(error: Error): Error {
  unanswered.add(error)
  return error
}

/** Whether what has failed may have been done for good; Drizzle wraps errors. */
export function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return unanswered.has(error) || isUnanswered(error.cause)
}

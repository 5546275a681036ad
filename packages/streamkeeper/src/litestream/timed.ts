const took = new Map<string, number>()

/** Does `work`, and notes how long it took, under a name of its own. */
export function timed<T>(name: string, work: () => T): T {
  const startMs = performance.now()
  const note = () => took.set(name, Math.round(performance.now() - startMs))
  const result = work()
  if (result instanceof Promise) return result.finally(note) as T
  note()
  return result
}

/** The milliseconds that everything took when it was last done. */
export function lastTimes(): Record<string, number> {
  return Object.fromEntries(took)
}

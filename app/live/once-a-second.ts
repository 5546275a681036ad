const freshMs = 1_000

/**
 * Has all who ask within a second share one answer.
 *
 * @param clock monotonic, in milliseconds
 */
export function onceASecond<Result>(
  read: () => Promise<Result>,
  clock = () => performance.now(),
): () => Promise<Result> {
  let kept: { atMs: number; result: Promise<Result> } | null = null
  return () => {
    if (kept && clock() - kept.atMs < freshMs) return kept.result
    const asked = { atMs: clock(), result: read() }
    kept = asked
    asked.result.catch(() => {
      if (kept === asked) kept = null
    })
    return asked.result
  }
}

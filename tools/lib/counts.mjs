/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/** @returns {Counts} */
export function sum(list) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const counts of list) for (const name of Object.keys(total)) total[name] += counts[name]
  return total
}

/** The line that people and CI read: "3 passed, 0 failed", and what was skipped if anything was. */
export function inWords({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
}

/**
 * Counts what Node's test runner reports in TAP.
 * @param {string} tap
 * @returns {Counts}
 */
export function countTap(tap) {
  const of = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0)
  return {
    passed: of('pass'),
    failed: of('fail') + of('cancelled'),
    skipped: of('skipped') + of('todo'),
  }
}

/**
 * Counts what Playwright reports in JSON. What passed only at a second try has failed.
 * @param {{stats: {expected: number, unexpected: number, flaky: number, skipped: number}}} report
 * @returns {Counts}
 */
export function countPlaywright({ stats }) {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
  }
}

/**
 * What a runner counted, made to agree with how it ended: one that failed or died without a
 * failure among its counts has failed once more, and so has one that found nothing to run.
 * @param {Counts} counts
 * @param {boolean} ok whether it ended with exit code 0
 * @returns {Counts}
 */
export function agree(counts, ok) {
  const ranNothing = counts.passed + counts.failed === 0
  return counts.failed === 0 && (!ok || ranNothing) ? { ...counts, failed: 1 } : counts
}

/**
 * @typedef {{passed: number, failed: number, skipped: number}} Counts
 * @typedef {Counts & {files?: Record<string, number>}} Result with the milliseconds of each test file
 */

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
 * Where the time of a run went: each stage, and the test files that took longest.
 * @param {{name: string, ms: number, files?: Record<string, number>}[]} stages
 */
export function timesInWords(stages, most = 10) {
  const seconds = (ms) => (ms / 1_000).toFixed(1)
  const stageTimes = stages.map(({ name, ms }) => `${name} ${seconds(ms)} s`).join(', ')
  const slowest = stages
    .flatMap(({ files = {} }) => Object.entries(files))
    .sort(([, one], [, other]) => other - one)
    .slice(0, most)
  const lines = slowest.map(([file, ms]) => `${seconds(ms).padStart(8)} s  ${file}`)
  const title = lines.length > 0 ? ['The slowest test files, of which some ran side by side:'] : []
  return [`The time went to: ${stageTimes}.`, ...title, ...lines].join('\n')
}

/**
 * What Node's test runner counted, as `test-reporter.mjs` writes it.
 * @param {{counts: Record<string, number>, files: Record<string, number>}} report
 * @returns {Result}
 */
export function countNode({ counts, files }) {
  return {
    passed: counts.passed,
    failed: counts.failed + counts.cancelled,
    skipped: counts.skipped + counts.todo,
    files,
  }
}

/**
 * What Playwright counted, as it reports it in JSON. What passed only at a second try has failed.
 * @returns {Result}
 */
export function countPlaywright({ stats, suites = [] }) {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
    files: Object.fromEntries(suites.map((suite) => [suite.file, durationOf(suite)])),
  }
}

function durationOf({ suites = [], specs = [] }) {
  const results = specs.flatMap(({ tests }) => tests).flatMap((test) => test.results)
  const all = [...suites.map(durationOf), ...results.map(({ duration }) => duration)]
  return all.reduce((total, ms) => total + ms, 0)
}

/**
 * What a runner counted, made to agree with how it ended: one that failed or died without a
 * failure among its counts has failed once more, and so has one that found nothing to run.
 * @template {Counts} T
 * @param {T} counts
 * @param {boolean} ok whether it ended with exit code 0
 * @returns {T}
 */
export function agree(counts, ok) {
  const ranNothing = counts.passed + counts.failed === 0
  return counts.failed === 0 && (!ok || ranNothing) ? { ...counts, failed: 1 } : counts
}

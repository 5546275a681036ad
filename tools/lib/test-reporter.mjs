/**
 * A reporter for Node's test runner: as JSON, the counts of the run, and the milliseconds of each file's
 * tests.
 */
export default async function* report(events) {
  const files = {}
  let counts
  for await (const { type, data } of events) {
    if (type === 'test:summary' && !data.file) counts = data.counts
    if (data?.nesting !== 0 || !/^test:(pass|fail)$/.test(type)) continue
    files[data.file] = (files[data.file] ?? 0) + data.details.duration_ms
  }
  yield JSON.stringify({ counts, files })
}

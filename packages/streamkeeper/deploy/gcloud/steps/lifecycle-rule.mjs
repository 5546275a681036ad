// What Litestream, in both of its layouts, and the lease write below the path.
const ends = ['.ltx', '.lz4', '/lease.json']

// Of versions that are no longer live, and of times that somebody has set, the data has none.
const conditionsOfOthers = [
  'daysSinceNoncurrentTime',
  'noncurrentTimeBefore',
  'customTimeBefore',
  'daysSinceCustomTime',
]

/**
 * Whether a lifecycle rule of a bucket deletes what is below the path, or moves it to another class.
 * https://cloud.google.com/storage/docs/lifecycle
 * @param {{action?: {type?: string}, condition?: Record<string, any>}} rule as the JSON API has it
 * @param {string} path
 */
export function touchesData({ action = {}, condition = {} }, path) {
  if (action.type === 'AbortIncompleteMultipartUpload') return false
  if (condition.isLive === false) return false
  if (condition.numNewerVersions > 0) return false
  if (conditionsOfOthers.some((name) => name in condition)) return false
  const { matchesPrefix, matchesSuffix, matchesStorageClass } = condition
  const folder = `${path}/`
  return (
    fits(matchesPrefix, (prefix) => folder.startsWith(prefix) || prefix.startsWith(folder)) &&
    fits(matchesSuffix, (suffix) =>
      ends.some((end) => end.endsWith(suffix) || suffix.endsWith(end)),
    ) &&
    fits(matchesStorageClass, (name) => isStandard(name))
  )
}

/** Whether a storage class costs nothing to read and to delete; two have older names. */
export function isStandard(storageClass) {
  return ['STANDARD', 'REGIONAL', 'MULTI_REGIONAL'].includes(storageClass)
}

// A condition that isn't given, or empty, limits nothing.
function fits(values, isMet) {
  return !values?.length || values.some(isMet)
}

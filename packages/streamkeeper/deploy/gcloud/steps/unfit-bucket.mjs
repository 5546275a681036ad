import { namesOf } from '../../settings.mjs'
import { gcloud, line } from '../command.mjs'

/**
 * Why a bucket that is there can't hold the data, each reason with what mends it. Autoclass is none:
 * it begins with the standard class, and reading costs nothing more.
 * @param {Record<string, any>} found as `gcloud storage buckets describe` has it; a setting that isn't
 *   set is absent
 * @returns {string[]}
 */
export function reasonsAgainst(found, options) {
  const { region, path } = options
  const location = found.location.toLowerCase()
  const change = updating(options)
  const reasons = [...locks(found, options)]
  if (found.location_type && found.location_type !== 'region') {
    reasons.push(
      `It is in the ${found.location_type} ${location}: each write would wait for several regions, and costs more. A bucket can not change that. Choose another --bucket.`,
    )
  } else if (location !== region) {
    reasons.push(
      `It is in ${location}, not in ${region}: choose that --region, or another --bucket. Each write would have to travel between the two.`,
    )
  }
  if (found.versioning_enabled) {
    reasons.push(
      `It keeps all versions: lease.json alone has 28,800 a day, and nothing that is deleted goes away. ${change({ versioning: false })}`,
    )
  }
  if (found.default_storage_class && !isStandard(found.default_storage_class)) {
    reasons.push(
      `Its class is ${found.default_storage_class}: each object is paid for at least a month, and reading it besides. ${change({ defaultStorageClass: 'STANDARD' })}`,
    )
  }
  if (found.requester_pays) {
    reasons.push(
      `It is a bucket of Requester Pays, which the app's account can not use. ${change({ requesterPays: false })}`,
    )
  }
  const rules = (found.lifecycle_config?.rule ?? []).filter((rule) => touchesData(rule, path))
  for (const { action, condition = {} } of rules) {
    const does =
      action.type === 'Delete'
        ? 'deletes objects'
        : `moves objects to the class ${action.storageClass}`
    reasons.push(
      `A lifecycle rule ${does} (${JSON.stringify(condition)}), and an old object may be all that holds a part of the data. Limit it to other folders than ${path}/ (matchesPrefix, with --lifecycle-file), or take all rules away: ${change({ clearLifecycle: true })}`,
    )
  }
  return reasons
}

/**
 * What keeps everybody from overwriting or deleting objects of a bucket.
 * @returns {string[]}
 */
export function locks(found, options) {
  const { project } = options
  const change = updating(options)
  const reasons = []
  if (found.retention_policy) {
    const { isLocked, retentionPeriod } = found.retention_policy
    const fact = `Its retention policy forbids to overwrite or delete an object for ${inWords(retentionPeriod)}; lease.json is overwritten all the time.`
    reasons.push(
      isLocked
        ? `${fact} The policy is locked, and stays for ever. Choose another --bucket.`
        : `${fact} ${change({ clearRetentionPeriod: true })}`,
    )
  }
  if (found.default_event_based_hold) {
    const all = `${namesOf(options).bucketUrl}/**`
    const release = gcloud('storage objects update', [all], { project, eventBasedHold: false })
    reasons.push(
      `It holds each new object (event-based hold), so that nobody can overwrite or delete it. For those that are there: ${line(release)}. For new ones: ${change({ defaultEventBasedHold: false })}`,
    )
  }
  return reasons
}

/** How long a bucket keeps what was deleted or overwritten; null where it does not. */
export function softDeleteInWords(found) {
  const seconds = Number(found?.soft_delete_policy?.retentionDurationSeconds ?? 0)
  return seconds > 0 ? inWords(seconds) : null
}

function updating(options) {
  const { bucketUrl } = namesOf(options)
  const { project } = options
  return (flags) => line(gcloud('storage buckets update', [bucketUrl], { project, ...flags }))
}

function inWords(seconds) {
  const [count, unit] =
    seconds % 86_400 === 0 ? [seconds / 86_400, 'day'] : [Number(seconds), 'second']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

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

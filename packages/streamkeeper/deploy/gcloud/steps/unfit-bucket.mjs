import { namesOf } from '../../settings.mjs'
import { gcloud, line } from '../command.mjs'

/**
 * Why a bucket that is there can't hold the data, each reason with what mends it. Autoclass is none:
 * it begins with the standard class, and reading costs nothing more.
 * @param {Record<string, any>} found as `gcloud storage buckets describe` has it; a setting that isn't
 *   set is absent
 */
export function reasonsAgainst(found, options) {
  const change = updating(options)
  return [
    ...locks(found, options),
    ...reasonsAgainstPlace(found, options),
    found.versioning_enabled &&
      `It keeps all versions: lease.json alone has 28,800 a day, and nothing that is deleted goes away. ${change({ versioning: false })}`,
    found.default_storage_class &&
      !isStandard(found.default_storage_class) &&
      `Its class is ${found.default_storage_class}: each object is paid for at least a month, and reading it besides. ${change({ defaultStorageClass: 'STANDARD' })}`,
    found.requester_pays &&
      `It is a bucket of Requester Pays, which the app's account can not use. ${change({ requesterPays: false })}`,
    ...reasonsAgainstRules(found, options),
  ].filter(Boolean)
}

function reasonsAgainstPlace({ location: name, location_type: type }, { region }) {
  const location = name.toLowerCase()
  if (type && type !== 'region') {
    return [
      `It is in the ${type} ${location}: each write would wait for several regions, and costs more. A bucket can not change that. Choose another --bucket.`,
    ]
  }
  if (location === region) return []
  return [
    `It is in ${location}, not in ${region}: choose that --region, or another --bucket. Each write would have to travel between the two.`,
  ]
}

function reasonsAgainstRules({ lifecycle_config: { rule: rules = [] } = {} }, options) {
  const { path } = options
  const clear = updating(options)({ clearLifecycle: true })
  return rules
    .filter((rule) => touchesData(rule, path))
    .map(({ action: { type, storageClass }, condition = {} }) => {
      const does =
        type === 'Delete' ? 'deletes objects' : `moves objects to the class ${storageClass}`
      return `A lifecycle rule ${does} (${JSON.stringify(condition)}), and an old object may be all that holds a part of the data. Limit it to other folders than ${path}/ (matchesPrefix, with --lifecycle-file), or take all rules away: ${clear}`
    })
}

/** What keeps everybody from overwriting or deleting objects of a bucket. */
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
 */
function touchesData({ action = {}, condition = {} }, path) {
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
function isStandard(storageClass) {
  return ['STANDARD', 'REGIONAL', 'MULTI_REGIONAL'].includes(storageClass)
}

// A condition that isn't given, or empty, limits nothing.
function fits(values, isMet) {
  return !values?.length || values.some(isMet)
}

/**
 * A revision of a service, as it was deployed.
 * @typedef {object} Revision
 * @property {string} name
 * @property {string} created as in 2026-11-20T10:11:12.345678Z
 * @property {boolean} isReady whether it has ever passed its startup probe
 * @property {string} [whyNot] what Cloud Run says where it has not
 * @property {boolean} isPreview
 * @property {string | null} commit of its sources
 * @property {string} image with its digest
 * @property {string | undefined} keeper where its data is: a URL in a bucket, or a secret with one
 * @property {Array<{variable: string, name: string, version: string}>} secrets
 */

// What has been ready, and has no instances as it has no traffic:
// https://cloud.google.com/run/docs/reference/rest/v2/Condition#RevisionReason
const resting = ['Reserve', 'Retired', 'Retiring', 'MinInstancesNotProvisioned']

/** @returns {Revision} one as gcloud lists it */
export function revisionOf({ metadata, spec, status }) {
  const [{ env = [], image } = {}] = spec.containers
  const variable = (wanted) => env.find(({ name }) => name === wanted)
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const secrets = env
    .filter(({ valueFrom }) => valueFrom?.secretKeyRef)
    .map(({ name: variable, valueFrom }) => {
      const { name, key: version } = valueFrom.secretKeyRef
      return { variable, name, version }
    })
  return {
    name: metadata.name,
    created: metadata.creationTimestamp,
    isReady: ready?.status === 'True' || resting.includes(ready?.reason),
    whyNot: ready?.message,
    isPreview: variable('PREVIEW')?.value === '1',
    commit: variable('COMMIT')?.value ?? null,
    image: status?.imageDigest ?? image,
    keeper:
      variable('REPLICA_URL')?.value?.replace(/^gcs:/, 'gs:') ??
      variable('DATABASE_URL')?.valueFrom?.secretKeyRef?.name,
    secrets,
  }
}

/** Whether a revision is one that visitors may be sent to. */
export function mayServe({ isReady, isPreview }) {
  return isReady && !isPreview
}

/** A revision for a person: its name, its date, and its commit where that is known. */
export function revisionInWords({ name, created, commit }) {
  return `${name} (${[`${created.slice(0, 16).replace('T', ' ')} UTC`, commit].filter(Boolean).join(', ')})`
}

/** Compares two of them. */
export function newestFirst(one, other) {
  return Date.parse(other.created) - Date.parse(one.created) || (one.name < other.name ? 1 : -1)
}

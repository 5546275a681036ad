import { Failure } from '../../src/cli/lib/failure.mjs'
import { describeService, gcloud } from './command.mjs'
import { enabledApis, requireGcloud } from './project.mjs'

/**
 * Who has the traffic of a service, and who could have it.
 * @typedef {object} Traffic
 * @property {string} service
 * @property {string} url
 * @property {Revision[]} revisions newest first
 * @property {Array<{revision: string, percent: number}>} shares those with traffic
 * @property {boolean} followsLatest whether a new revision gets all of it by itself
 * @property {string} latest the newest revision that has ever been ready
 * @property {Array<{tag: string, revision: string, url: string | undefined}>} tags without a URL where
 *   the revision has never been ready
 * @property {Record<string, string>} annotations
 */

/** @returns {Promise<Traffic | null>} null where there is no such service */
export async function trafficOf(cloud, options) {
  const { project, region, service } = options
  const found = await cloud.find(describeService(options))
  if (!found?.status) return null
  const list = await cloud.find(gcloud('run revisions list', [], { service, project, region }))
  const revisions = (list ?? []).map(revisionOf).sort(newestFirst)
  const { traffic = [], url, latestReadyRevisionName: latest } = found.status
  return {
    service,
    url,
    latest,
    revisions,
    annotations: found.metadata?.annotations ?? {},
    shares: sharesOf(traffic),
    followsLatest: followsLatest(found.spec.traffic),
    tags: tagsOf(found.spec.traffic, traffic, latest),
  }
}

/**
 * The same of a service that has to be there.
 * @throws {Failure}
 */
export async function mustFindTraffic(cloud, options) {
  const { project, region, service } = options
  await requireGcloud(cloud, options)
  const isEnabled = (await enabledApis(cloud, project)).includes('run.googleapis.com')
  const found = isEnabled && (await trafficOf(cloud, options))
  if (found) return found
  throw new Failure(
    `There is no service ${service} in ${region} of the project ${project}: check --region and --service, or deploy it first.`,
  )
}

/** The percentage of the traffic that a revision has. */
export function percentOf({ shares }, name) {
  return shares.find(({ revision }) => revision === name)?.percent ?? 0
}

/** The revision that has all traffic; null where it is split. */
export function servingOf({ shares, revisions }) {
  const [{ revision } = {}, ...others] = shares
  if (others.length > 0) return null
  return revisions.find(({ name }) => name === revision) ?? null
}

/**
 * Whether somebody holds the traffic back from new revisions. A preview does that too, as a deployment
 * without traffic binds it to the revision that has it; but nobody has decided anything by that.
 */
export function isHeldBack(traffic) {
  if (traffic.followsLatest) return false
  const serving = servingOf(traffic)
  if (!serving) return true
  const newer = traffic.revisions.slice(0, traffic.revisions.indexOf(serving))
  return newer.some(mayServe)
}

/** Who has it, as in `my-app-00003-abc (90 %) and my-app-00002-xyz (10 %)`. */
export function sharesInWords({ shares }) {
  if (shares.length === 0) return 'nothing has it'
  if (shares.length === 1) return `${shares[0].revision} has all of it`
  const list = shares.map(({ revision, percent }) => `${revision} (${percent} %)`)
  return `it is split between ${list.join(' and ')}`
}

/** Sends all traffic to the newest revision, and to each later one. */
export function toLatest(options) {
  return updateTraffic({ toLatest: true }, options)
}

/** Sends all traffic to one revision. */
export function toRevision(name, options) {
  return updateTraffic({ toRevisions: `${name}=100` }, options)
}

/** Takes an address away that a revision has besides. */
export function withoutTag(tag, options) {
  return updateTraffic({ removeTags: tag }, options)
}

function updateTraffic(change, { project, region, service }) {
  return gcloud('run services update-traffic', [service], { project, region, ...change })
}

// Only what is asked for tells: on Cloud Run `status` may name the latest revision like any other
// (googlecloudsdk/api_lib/run/traffic_pair.py). Where nothing is asked for, it is the latest.
function followsLatest(asked = []) {
  return (
    asked.length === 0 ||
    asked.some(({ latestRevision, percent }) => latestRevision && percent === 100)
  )
}

// Several targets may be of one revision, and those with a tag have 0 percent, or none.
function sharesOf(traffic) {
  const byRevision = new Map()
  for (const { revisionName, percent = 0 } of traffic) {
    if (percent > 0) byRevision.set(revisionName, (byRevision.get(revisionName) ?? 0) + percent)
  }
  return [...byRevision].map(([revision, percent]) => ({ revision, percent }))
}

// Of a tag whose revision isn't ready `status` knows nothing.
function tagsOf(asked = [], traffic, latest) {
  return asked
    .filter(({ tag }) => tag)
    .map(({ tag, revisionName: revision = latest }) => {
      const { url } = traffic.find((one) => one.tag === tag) ?? {}
      return { tag, revision, url }
    })
}

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
function revisionOf({ metadata, spec, status }) {
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

/** Whether a revision is one that users may be sent to. */
export function mayServe({ isReady, isPreview }) {
  return isReady && !isPreview
}

/** A revision for a person: its name, its date, and its commit where that is known. */
export function revisionInWords({ name, created, commit }) {
  return `${name} (${[`${created.slice(0, 16).replace('T', ' ')} UTC`, commit].filter(Boolean).join(', ')})`
}

function newestFirst(one, other) {
  return Date.parse(other.created) - Date.parse(one.created) || (one.name < other.name ? 1 : -1)
}

import { Failure } from '../../src/cli/lib/failure.mjs'
import { gcloud } from './command.mjs'
import { mayServe, newestFirst, revisionOf } from './revision.mjs'
import { enabledApis } from './steps/apis.mjs'
import { describeService } from './steps/describe-service.mjs'
import { requireGcloud } from './version.mjs'

/**
 * Who has the traffic of a service, and who could have it.
 * @typedef {object} Traffic
 * @property {string} service
 * @property {string} url
 * @property {import('./revision.mjs').Revision[]} revisions newest first
 * @property {Array<{revision: string, percent: number}>} shares those with traffic
 * @property {boolean} followsLatest whether a new revision gets all of it by itself
 * @property {string} latest the newest revision that has ever been ready
 * @property {Array<{tag: string, revision: string, url: string | undefined}>} tags without a URL where
 *   the revision has never been ready
 * @property {Record<string, string>} annotations
 */

/**
 * @param {import('./project.mjs').Project} cloud
 * @param {{project: string, region: string, service: string}} options
 * @returns {Promise<Traffic | null>} null where there is no such service
 */
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
 * @returns {Promise<Traffic>}
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

/** Who has it, as in `visits-00003-abc (90 %) and visits-00002-xyz (10 %)`. */
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

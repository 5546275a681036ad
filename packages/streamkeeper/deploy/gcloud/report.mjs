import { askAgain } from '../../src/cli/lib/ask-again.mjs'
import { Unfinished } from './apply.mjs'
import { gcloud, line } from './command.mjs'
import { Project } from './project.mjs'
import { describeReader } from './steps/reader.mjs'
import { percentOf, sharesInWords, trafficOf } from './traffic.mjs'

/**
 * What there is after a deployment, by what Cloud Run says and by what the address answers.
 * @returns {Promise<{outcome: {url: string, revision: string, percent: number,
 *   readers?: Record<string, string>}, tokenVersion: string | undefined}>} `tokenVersion` is that of the
 *   admin token which the revision has
 * @throws {Unfinished}
 */
export async function outcomeOf(options, done, means) {
  const cloud = new Project(means.run)
  const found = await trafficOf(cloud, options)
  const { url, latest: revision } = found
  const percent = percentOf(found, revision)
  if (percent < 100) throw withoutTraffic(found, done)
  const readers = {}
  for (const region of options.readers) {
    const { status } = await cloud.find(describeReader(region, options))
    readers[region] = status.url
  }
  await mustAnswer(found, revision, options, done, means)
  const { secrets = [] } = found.revisions.find(({ name }) => name === revision) ?? {}
  return {
    outcome: { url, revision, percent, ...(options.readers.length > 0 && { readers }) },
    tokenVersion: secrets.find(({ variable }) => variable === 'ADMIN_TOKEN')?.version,
  }
}

/**
 * Asks the address of a service from outside.
 * @param {string} revision that serves there
 * @throws {Unfinished} when it answers otherwise than it should
 */
export async function mustAnswer({ url, annotations }, revision, options, done, means) {
  const closed = whyClosed(annotations)
  if (closed) return means.say(`${url} was not asked: ${closed}.`)
  const answer = await reach(url, options.isPublic, means)
  if (isRight(answer, options.isPublic)) return
  // It may be this machine's network, so it is no failure of the deployment.
  if (answer.status === null) {
    return means.say(
      `${url} could not be asked from here (${answer.reason}): open it in a browser.`,
    )
  }
  const fact = `${url}, where ${revision} serves, answers ${answer.status}`
  throw new Unfinished(`${fact}${meaningOf(answer.status, options)}`, done)
}

/** How somebody who may see a service that isn't public does so. */
export function proxy({ project, region, service }) {
  return line(gcloud('run services proxy', [service], { project, region }))
}

function withoutTraffic(found, done) {
  return new Unfinished(
    `${found.latest} is deployed, but its users don't meet it: of the traffic of ${found.service}, ${sharesInWords(found)}. To send all of it there: --roll-forward.`,
    done,
  )
}

function meaningOf(status, { project, region, service, isPublic, app }) {
  const other = service === app.name ? '' : ` --service ${service}`
  const where = `--project ${project} --region ${region}${other}`
  if (status === 200) {
    return `, so everybody may see it, though --no-public was given. Look who has roles/run.invoker:\n  ${line(gcloud('run services get-iam-policy', [service], { project, region }))}`
  }
  if (status === 403 || status === 401) {
    return [
      ': nobody may see it who is not logged in to Google.',
      'A policy of your organization may forbid public services: run.managed.requireInvokerIam, or iam.allowedPolicyMemberDomains. Ask whoever administers the organization to let this project have one; or deploy with --no-public, and see it by',
      `  ${proxy({ project, region, service })}`,
    ].join('\n')
  }
  if (status === 404 && isPublic) {
    return `. A new service may need some minutes until its address is known: open it then. Otherwise look at npx streamkeeper logs ${where}.`
  }
  return `. The reason is in its log: npx streamkeeper logs ${where}.`
}

// Two minutes in all: the address of a service that was made just now, and a right that was changed
// just now, are known everywhere only after a while.
const waits = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 30_000, 30_000]

/**
 * Asks for a page, once.
 * @typedef {(url: string) => Promise<{status: number | null, reason?: string}>} Get
 */

/** @type {Get} */
export async function getOnce(url) {
  try {
    const signal = AbortSignal.timeout(60_000)
    const response = await fetch(url, { redirect: 'manual', signal })
    await response.body?.cancel()
    return { status: response.status }
  } catch (error) {
    return { status: null, reason: error.cause?.message ?? error.message }
  }
}

/**
 * What somebody from outside gets of a service that is there. It is a probe, so nothing is written.
 * @param {boolean | null} isPublic null where that isn't known
 * @returns {Promise<{status: number | null, reason?: string}>} the last answer
 */
export async function reach(url, isPublic, { get, say, wait }) {
  const ask = () => get(`${url}/health/ready`)
  return askAgain(
    ask,
    (answer) => isRight(answer, isPublic),
    waits,
    (ms, { status, reason }) => {
      say(`${url} answers ${status ?? `nothing (${reason})`}: asking again in ${ms / 1000} s.`)
      return wait(ms)
    },
  )
}

/** Whether an answer is what it should be: 200 for everybody, or for nobody. */
function isRight({ status }, isPublic) {
  const isClosed = status === 403 || status === 401
  if (isPublic === null) return isClosed || status === 200
  return isPublic ? status === 200 : isClosed
}

/**
 * Whether an address can be asked from here at all: not where only a load balancer or a network may,
 * where Google's own sign-in stands before it, or where it was turned off.
 * @param {Record<string, string>} annotations of the service
 * @returns {string | null} why not
 */
function whyClosed(annotations) {
  const ingress = annotations['run.googleapis.com/ingress'] ?? 'all'
  if (ingress !== 'all') return `its ingress is ${ingress}`
  if (annotations['run.googleapis.com/iap-enabled'] === 'true') return 'Identity-Aware Proxy is on'
  if (annotations['run.googleapis.com/default-url-disabled'] === 'true') return 'it is turned off'
  return null
}

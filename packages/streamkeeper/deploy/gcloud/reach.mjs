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
 * What somebody from outside gets of a service that is there. It is a probe, so no visit is counted.
 * @param {string} url
 * @param {boolean | null} isPublic null where that isn't known
 * @param {{get: Get, say: (text: string) => void, wait: (ms: number) => Promise<void>}} means
 * @returns {Promise<{status: number | null, reason?: string}>} the last answer
 */
export async function reach(url, isPublic, { get, say, wait }) {
  for (const ms of [...waits, null]) {
    const answer = await get(`${url}/health/ready`)
    if (isRight(answer, isPublic) || ms === null) return answer
    say(
      `${url} answers ${answer.status ?? `nothing (${answer.reason})`}: asking again in ${ms / 1000} s.`,
    )
    await wait(ms)
  }
}

/** Whether an answer is what it should be: 200 for everybody, or for nobody. */
export function isRight({ status }, isPublic) {
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
export function whyClosed(annotations) {
  const ingress = annotations['run.googleapis.com/ingress'] ?? 'all'
  if (ingress !== 'all') return `its ingress is ${ingress}`
  if (annotations['run.googleapis.com/iap-enabled'] === 'true') return 'Identity-Aware Proxy is on'
  if (annotations['run.googleapis.com/default-url-disabled'] === 'true') return 'it is turned off'
  return null
}

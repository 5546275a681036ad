import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Asks until the server says that it is ready.
 * @param {string} url
 * @param {object} options
 * @param {AbortSignal} options.signal ends the asking
 * @param {(problem: string) => void} [options.onProblem] told once about each reason for not being
 *   ready, from `patienceMs` on
 * @param {number} [options.patienceMs]
 * @param {number} [options.everyMs]
 * @returns {Promise<boolean>} false when the asking was ended
 */
export async function untilReady(
  url,
  { signal, onProblem = () => {}, patienceMs = 5_000, everyMs = 100 },
) {
  const start = performance.now()
  let told
  while (!signal.aborted) {
    const { ready, problem } = await ask(url)
    if (ready) return true
    if (problem !== told && performance.now() - start > patienceMs) {
      told = problem
      onProblem(problem)
    }
    await sleep(everyMs)
  }
  return false
}

async function ask(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    if (response.ok) return { ready: true }
    return { ready: false, problem: reasonIn(await response.json(), response.status) }
  } catch {
    return { ready: false, problem: 'the server does not answer.' }
  }
}

/** The reason that the body of /health/ready gives. */
function reasonIn(body, status) {
  return body.problem?.message ?? body.reason ?? body.state ?? `it answers HTTP ${status}.`
}

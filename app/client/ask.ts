import { type Outcome, outcomeOf, outcomeOfNone } from './form-answer.ts'

// The server lets a form wait for 7 s, and a start for 30 s.
const patienceMs = 35_000

/**
 * Sends a form.
 *
 * @returns what became of it, and the release that has answered; null where it isn't said
 */
export async function ask(
  action: string,
  body: URLSearchParams,
): Promise<{ outcome: Outcome; release: string | null }> {
  try {
    const answer = await fetch(action, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body,
      signal: AbortSignal.timeout(patienceMs),
    })
    const { status, headers } = answer
    const text = await answer.text()
    const outcome = outcomeOf(status, jsonOf(text), headers.get('retry-after'))
    return { outcome, release: headers.get('x-release') }
  } catch {
    return { outcome: outcomeOfNone(navigator.onLine), release: null }
  }
}

function jsonOf(text: string): Record<string, unknown> | null {
  try {
    const json = JSON.parse(text)
    return json && typeof json === 'object' ? json : null
  } catch {
    return null
  }
}

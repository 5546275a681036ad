import { randomUUID } from 'node:crypto'

/** Posts an entry, and returns the status of the answer; 0 where there was none. */
export async function postEntry(
  url: string,
  message: string,
  key: string = randomUUID(),
): Promise<number> {
  try {
    const answer = await fetch(`${url}/api/entries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ name: 'Client', message }),
      signal: AbortSignal.timeout(20_000),
    })
    await answer.body?.cancel()
    return answer.status
  } catch {
    return 0
  }
}

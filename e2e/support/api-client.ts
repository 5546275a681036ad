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

/** The newest entries, at most 100. */
export async function entriesOf(url: string): Promise<{ id: number; message: string }[]> {
  const answer = await fetch(`${url}/api/entries?limit=100`)
  return ((await answer.json()) as { entries: { id: number; message: string }[] }).entries
}

/** What the newest entries say, at most 100. */
export async function messagesOf(url: string): Promise<string[]> {
  return (await entriesOf(url)).map(({ message }) => message)
}

/**
 * A page of the app as the server renders it now, to take parts of it from.
 *
 * @throws {Error} if it can't be had
 */
export async function fetchPage(path: string): Promise<Document> {
  const answer = await fetch(path, {
    headers: { accept: 'text/html' },
    signal: AbortSignal.timeout(15_000),
  })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}.`)
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

/** An element with a text, or with others in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string>,
  ...children: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...children)
  return made
}

/** A link that loads this page again. */
export function linkToPage(words: string): HTMLAnchorElement {
  return element('a', { href: location.pathname + location.search }, words)
}

/**
 * A page of the app as the server renders it now, to take parts of it from.
 *
 * @throws {Error} if it can't be had
 */
export async function fetchPage(
  path: string,
  headers: Record<string, string> = {},
): Promise<Document> {
  const answer = await fetch(path, {
    headers: { accept: 'text/html', ...headers },
    signal: AbortSignal.timeout(15_000),
  })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}.`)
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

import { fetchPage } from './fragment.ts'

/**
 * Puts an entry that was just written on top of the others, as the server renders it.
 *
 * @returns false where this page shows no entries
 */
export async function showEntry(id: number): Promise<boolean> {
  const place = document.getElementById('entries')
  if (!place) return false
  const page = await fetchPage('/guestbook').catch(() => null)
  const entry = page?.getElementById(`entry-${id}`)
  const list = place.querySelector('ol')
  if (!entry || document.getElementById(entry.id)) return true
  if (list) list.prepend(entry)
  else place.replaceChildren(...(page?.getElementById('entries')?.childNodes ?? []))
  return true
}

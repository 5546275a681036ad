import type { Live } from '../live/answer-live.ts'
import { element, fetchPage } from './elements.ts'

const most = 11

/** Offers the entries that others write while the guestbook is read, and moves nothing until then. */
export function offerNews(): (live: Live) => void {
  const entries = document.getElementById('entries')
  // Older pages have none that are new.
  if (!entries || new URLSearchParams(location.search).has('before')) return () => {}
  const place = element('div', { class: 'news', 'aria-live': 'polite' })
  entries.before(place)
  const pill = element('button', { type: 'button', class: 'pill' })
  pill.addEventListener('click', () => show(entries, pill))
  let newest: number[] = []
  const offer = () => {
    const count = unseen(newest, shownIn(entries)).length
    // It may be one's own, which is about to be shown.
    if (document.querySelector('form[aria-busy="true"]')) return
    if (count === 0) return pill.remove()
    const words = newsInWords(count)
    if (pill.textContent !== words) pill.textContent = words
    if (!pill.isConnected) place.append(pill)
  }
  // One's own entry is put there when it is kept.
  new MutationObserver(offer).observe(entries, { childList: true, subtree: true })
  return ({ newestEntries }) => {
    newest = newestEntries
    offer()
  }
}

/**
 * Which entries are new to who reads the page: those between the ones that are shown, too, as an
 * own entry is shown before those that others wrote meanwhile.
 *
 * @param newest the ids of the newest there are, the newest first
 * @param shown the ids that are shown
 */
export function unseen(newest: number[], shown: number[]): number[] {
  const oldest = Math.min(...shown)
  return newest.filter((id) => !shown.includes(id) && (shown.length === 0 || id > oldest))
}

export function newsInWords(count: number): string {
  if (count >= most) return `More than ${most - 1} new entries`
  return count === 1 ? '1 new entry' : `${count} new entries`
}

async function show(entries: HTMLElement, pill: HTMLButtonElement): Promise<void> {
  if (pill.ariaDisabled === 'true') return
  pill.ariaDisabled = 'true'
  try {
    const page = (await fetchPage('/guestbook')).getElementById('entries')
    if (page) putOnTop(entries, page)
  } catch {
    pill.textContent = 'They could not be loaded. Try again'
  } finally {
    pill.ariaDisabled = null
  }
}

function putOnTop(entries: HTMLElement, page: HTMLElement): void {
  const there = shownIn(page)
  const fresh = unseen(there, shownIn(entries))
  const list = entries.querySelector('ol')
  // Where there is a page of new ones, those between would be missing.
  if (!list || fresh.length === there.length) entries.replaceChildren(...page.childNodes)
  else for (const id of fresh) insert(list, page, id)
  const first = entries.querySelector<HTMLElement>(`#entry-${fresh[0]}`)
  if (!first) return
  first.tabIndex = -1
  first.focus({ preventScroll: true })
  first.scrollIntoView({ block: 'nearest' })
}

function insert(list: Element, page: Element, id: number): void {
  const entry = page.querySelector(`#entry-${id}`)
  const next = [...list.children].find((other) => idOf(other) < id)
  if (entry) list.insertBefore(entry, next ?? null)
}

function shownIn(within: ParentNode): number[] {
  return [...within.querySelectorAll('ol > li')].map(idOf)
}

function idOf(entry: Element): number {
  return Number(entry.id.replace('entry-', ''))
}

import type { Replicated } from 'streamkeeper'
import { receiptInWords } from '../guestbook/words.ts'
import { element, fetchPage } from './elements.ts'
import type { Told } from './form-answer.ts'
import { announce, focusButton } from './form-words.ts'

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

/** Says at an entry that was just written here that it is safe. */
export function showReceipt(id: number, durableMs: number): void {
  const entry = document.getElementById(`entry-${id}`)
  if (!entry || entry.querySelector('.receipt')) return
  const { role = 'writer' } = document.querySelector<HTMLElement>('.replication')?.dataset ?? {}
  const words = receiptInWords(durableMs, role as Replicated['role'])
  entry.append(element('p', { class: 'receipt' }, words))
}

/**
 * Shows what an admin has done to an entry, at its place.
 *
 * @returns false where this page doesn't show it
 */
export function showChange(
  form: HTMLFormElement,
  { id, state }: NonNullable<Told['changed']>,
  said: string,
): boolean {
  const entry = document.getElementById(`entry-${id}`)
  if (!entry?.contains(form)) return false
  if (state === 'deleted') showGone(entry, said)
  else showWhile(entry, state)
  return true
}

function showWhile(entry: HTMLElement, state: string): void {
  const hadFocus = document.activeElement instanceof HTMLButtonElement
  for (const part of entry.querySelectorAll<HTMLElement>('[data-while]')) {
    part.hidden = part.dataset.while !== state
  }
  if (hadFocus) focusButton(entry)
}

function showGone(entry: HTMLElement, said: string): void {
  const next = entry.nextElementSibling ?? entry.previousElementSibling
  const words = element('p', { role: 'status', class: 'outcome', 'data-state': 'done' })
  entry.replaceChildren(words)
  // It may go to the place of another one that is gone.
  const target = next?.querySelector<HTMLElement>('button:not([hidden])')
  const place = target ?? document.querySelector<HTMLElement>('h1')
  place?.focus({ preventScroll: target !== null && target !== undefined })
  announce(words, said)
}

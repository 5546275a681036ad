import { element } from './form-parts.ts'
import { announce } from './form-words.ts'

type Change = { id: number; state: 'hidden' | 'shown' | 'deleted' }

/**
 * Shows what an admin has done to an entry, at its place.
 *
 * @returns false where this page doesn't show it
 */
export function showChange(form: HTMLFormElement, { id, state }: Change, said: string): boolean {
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
  if (hadFocus) entry.querySelector<HTMLElement>('button:not([hidden])')?.focus()
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

import { element, linkToPage } from './elements.ts'

type State = 'working' | 'done' | 'failed' | 'unclear'

/** Says what becomes of a form, at its own place; screen readers say it, too. */
export function say(form: HTMLFormElement, state: State, words: string): void {
  const place = form.querySelector<HTMLElement>('.outcome')
  if (!place) return
  place.dataset.state = state
  place.textContent = words
}

/** Takes away what was said of the last time, but for the words above. */
export function clearWords(form: HTMLFormElement): void {
  for (const added of form.querySelectorAll('.added')) added.remove()
  for (const control of form.querySelectorAll('[aria-invalid]')) {
    control.removeAttribute('aria-invalid')
  }
  for (const problem of form.querySelectorAll('.problem')) problem.textContent = ''
}

/** Puts something below what was said. */
export function addBelow(form: HTMLFormElement, ...children: (string | Node)[]): HTMLElement {
  const added = element('div', { class: 'added' }, ...children)
  form.append(added)
  return added
}

/** Says at each field what is wrong with it, and leads to the first. */
export function showErrors(
  form: HTMLFormElement,
  errors: { field: string; detail: string }[],
): void {
  for (const { field, detail } of errors.toReversed()) {
    const control = form.querySelector<HTMLInputElement>(`#${CSS.escape(field)}`)
    const problem = form.querySelector(`#${CSS.escape(field)}-problem`)
    if (!control || !problem) continue
    problem.textContent = detail
    control.setAttribute('aria-invalid', 'true')
    // The one that nobody sees: whoever has filled it in has to get at it.
    control.closest('.field[hidden]')?.removeAttribute('hidden')
    control.readOnly = false
    control.focus()
  }
}

/** Offers to load the page again where the server is of another release than it. */
export function tellRelease(form: HTMLFormElement, answered: string | null): void {
  const { release } = document.documentElement.dataset
  if (!release || !answered || release === answered) return
  const words = element('p', { role: 'status' })
  addBelow(form, words, element('p', { class: 'quiet' }, 'What you have written is kept.'))
  announce(words, 'There is another release of this page. ', linkToPage('Load it'))
}

/** Says something in a live region that is new: it is heard of when it changes, not when it comes. */
export function announce(region: HTMLElement, ...words: (string | Node)[]): void {
  setTimeout(() => region.append(...words))
}

/** Leads to the button of a form, or of an entry. */
export function focusButton(within: Element): void {
  within.querySelector<HTMLElement>('button:not([hidden])')?.focus()
}

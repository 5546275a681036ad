import { ask } from './ask.ts'
import { dropDraft, keepDraft, restoreDraft } from './drafts.ts'
import type { Outcome, Stored, Told } from './form-answer.ts'
import { controlsOf, element, keyOf } from './form-parts.ts'
import { addBelow, clearWords, say, showErrors, tellRelease } from './form-words.ts'
import { showReceipt } from './receipt.ts'
import { resendSoon } from './resend.ts'
import { showChange } from './show-change.ts'
import { showEntry } from './show-entry.ts'

// Forms are sent without leaving the page, so that nothing that was written depends on the answer.

type Failure = Extract<Outcome, { words: string }>

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-form]')) restoreDraft(form)

document.addEventListener('submit', (event) => {
  const form = formOf(event)
  if (!form || event.defaultPrevented) return
  event.preventDefault()
  send(form, event.submitter)
})

document.addEventListener('input', (event) => {
  const form = formOf(event)
  if (form) keepDraft(form)
})

function formOf({ target }: Event): HTMLFormElement | null {
  return target instanceof Element ? target.closest<HTMLFormElement>('form[data-form]') : null
}

/** @param isAgain whether it is sent by itself */
async function send(
  form: HTMLFormElement,
  submitter: HTMLElement | null,
  isAgain = false,
): Promise<void> {
  if (form.ariaBusy) return
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form, submitter)) body.append(name, String(value))
  keepDraft(form)
  clearWords(form)
  const end = begin(form)
  say(form, 'working', form.dataset.busy ?? '')
  const { outcome, release } = await ask(form.getAttribute('action') ?? '', body)
  end()
  if (outcome.state === 'done') await taken(form, outcome.told)
  else failed(form, outcome, isAgain ? null : () => send(form, submitter, true))
  tellRelease(form, release)
}

// Neither disabled: the focus would be lost. What is typed meanwhile would be, too.
function begin(form: HTMLFormElement): () => void {
  const fields = [...form.querySelectorAll<HTMLInputElement>('input, textarea')].filter(
    (field) => field.type !== 'hidden' && !field.readOnly,
  )
  const buttons = [...form.querySelectorAll<HTMLButtonElement>('button')]
  form.ariaBusy = 'true'
  for (const field of fields) field.readOnly = true
  for (const button of buttons) button.ariaDisabled = 'true'
  return () => {
    form.ariaBusy = null
    for (const field of fields) field.readOnly = false
    for (const button of buttons) button.ariaDisabled = null
  }
}

async function taken(form: HTMLFormElement, told: Told): Promise<void> {
  const { to, said, id, durableMs, key, changed } = told
  for (const control of controlsOf(form)) control.value = ''
  dropDraft(form, key)
  if (said) say(form, 'done', said)
  const isShown =
    (changed && said && showChange(form, changed, said)) ||
    (id !== undefined && (await showEntry(id)))
  if (id !== undefined && durableMs !== undefined) showReceipt(id, durableMs)
  if (!isShown && to !== undefined) location.assign(to)
}

function failed(form: HTMLFormElement, failure: Failure, resend: (() => void) | null): void {
  const { state, words, errors, retryAfter, stored, key } = failure
  say(form, state, words)
  showErrors(form, errors)
  if (stored && key) choose(form, stored, key)
  else if (key) setKey(form, key)
  // A wrong token is wrong the second time, too.
  const isSecret = form.querySelector('[type=password]') !== null
  if (retryAfter !== null && resend && !isSecret) resendSoon(form, retryAfter, resend)
}

/** Asks what is to become of what was written after something else was stored in its place. */
function choose(form: HTMLFormElement, stored: Stored, key: string): void {
  const keep = element('button', { type: 'button', class: 'second' }, 'Keep that one')
  const another = element('button', { type: 'button' }, 'Save this as another entry')
  addBelow(
    form,
    element(
      'blockquote',
      { class: 'stored' },
      element('p', { dir: 'auto' }, stored.message),
      element('footer', { dir: 'auto' }, stored.name),
    ),
    element('p', {}, keep, ' ', another),
  )
  keep.addEventListener('click', () => {
    clearWords(form)
    taken(form, { said: 'Your entry is kept.', id: stored.id, key, to: '/guestbook' })
    form.querySelector<HTMLElement>('[type=submit]')?.focus()
  })
  another.addEventListener('click', () => {
    setKey(form, key)
    form.querySelector<HTMLElement>('[type=submit]')?.focus()
    send(form, null)
  })
}

function setKey(form: HTMLFormElement, value: string): void {
  const key = keyOf(form)
  if (!key) return
  key.value = value
  keepDraft(form)
}

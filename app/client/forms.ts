import { controlsOf, dropDraft, keepDraft, keyOf, restoreDraft } from './drafts.ts'
import { element } from './elements.ts'
import { showChange, showEntry, showReceipt } from './entries.ts'
import { ask, type Failure, type Stored, type Told } from './form-answer.ts'
import { addBelow, clearWords, focusButton, say, showErrors, tellRelease } from './form-words.ts'
import { resendSoon } from './resend.ts'

/** Sends forms without leaving the page, so that nothing that was written depends on the answer. */
export function takeForms(): void {
  const forms = document.querySelectorAll<HTMLFormElement>('form[data-form]')
  for (const form of forms) restoreDraft(form)
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
}

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
  const selector = ':is(input, textarea):not([type=hidden], [readonly])'
  const fields = [...form.querySelectorAll<HTMLInputElement>(selector)]
  const buttons = [...form.querySelectorAll<HTMLButtonElement>('button')]
  const setBusy = (isBusy: boolean) => {
    form.ariaBusy = isBusy ? 'true' : null
    for (const field of fields) field.readOnly = isBusy
    for (const button of buttons) button.ariaDisabled = form.ariaBusy
  }
  setBusy(true)
  return () => setBusy(false)
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
function choose(form: HTMLFormElement, { id, name, message }: Stored, key: string): void {
  const keep = element('button', { type: 'button', class: 'second' }, 'Keep that one')
  const another = element('button', { type: 'button' }, 'Save this as another entry')
  const text = element('p', { dir: 'auto' }, message)
  const author = element('footer', { dir: 'auto' }, name)
  addBelow(
    form,
    element('blockquote', { class: 'stored' }, text, author),
    element('p', {}, keep, ' ', another),
  )
  keep.addEventListener('click', () => {
    clearWords(form)
    taken(form, { said: 'Your entry is kept.', id, key, to: '/guestbook' })
    focusButton(form)
  })
  another.addEventListener('click', () => {
    setKey(form, key)
    focusButton(form)
    send(form, null)
  })
}

function setKey(form: HTMLFormElement, value: string): void {
  const key = keyOf(form)
  if (!key) return
  key.value = value
  keepDraft(form)
}

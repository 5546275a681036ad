type Draft = { key: string; fields: Record<string, string> }

/** Keeps what is written in a form for as long as its tab, so that no reload and no crash loses it. */
export function keepDraft(form: HTMLFormElement): void {
  const key = keyOf(form)
  if (!key) return
  const fields = Object.fromEntries(controlsOf(form).map(({ name, value }) => [name, value]))
  write(draftName(form), { key: key.value, fields } satisfies Draft)
}

/** Forgets it, as it was taken: the next one has another key. */
export function dropDraft(form: HTMLFormElement, nextKey: string | undefined): void {
  const key = keyOf(form)
  if (!key) return
  write(draftName(form), null)
  if (nextKey === undefined) return
  write(spentName, { ...read<Record<string, string>>(spentName), [key.value]: nextKey })
  key.value = nextKey
}

/**
 * Puts back what was written before the page was loaded again, with the key that it may have been
 * sent with: so it is there only once.
 */
export function restoreDraft(form: HTMLFormElement): void {
  const key = keyOf(form)
  if (!key) return
  key.value = nextOf(key.value)
  const kept = read<Draft>(draftName(form))
  // Sent without this script.
  const isSent = kept !== null && isThankedFor(kept)
  if (isSent) write(draftName(form), null)
  const draft = isSent ? null : kept
  const controls = controlsOf(form)
  const written = ({ name }: { name: string }) => draft?.fields[name] ?? ''
  if (!draft || !controls.every((one) => one.value === '' || one.value === written(one))) return
  for (const control of controls) control.value = written(control)
  key.value = draft.key
}

// What was written since the entry that a page thanks for is another one.
function isThankedFor({ fields }: Draft): boolean {
  const entry = document.querySelector('.receipt')?.closest('li')
  const message = entry?.querySelector('.message')?.textContent
  return message !== undefined && message === fields.message?.trim()
}

const spentName = 'spent keys'

// A page that a browser has kept has the key that was used since.
function nextOf(key: string): string {
  const spent = read<Record<string, string>>(spentName) ?? {}
  let next = key
  while (spent[next] !== undefined) next = spent[next] ?? ''
  return next
}

function draftName(form: HTMLFormElement): string {
  return `draft ${form.getAttribute('action')}`
}

// Where people let no page store anything, there is nothing to put back.
function write(name: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, JSON.stringify(value))
  } catch {}
}

function read<T>(name: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? 'null')
  } catch {
    return null
  }
}

/** The fields of a form that people write in, but for secrets. */
export function controlsOf(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement)[] {
  const selector = 'input:not([type=hidden], [type=password], [readonly]), textarea'
  return [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(selector)]
}

/** The field with the key of what is written in a form; null where it has none. */
export function keyOf(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>('input[name=key]')
}

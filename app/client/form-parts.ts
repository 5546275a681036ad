/** The fields of a form that people write in, but for secrets. */
export function controlsOf(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement)[] {
  const selector = 'input:not([type=hidden], [type=password], [readonly]), textarea'
  return [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(selector)]
}

/** The field with the key of what is written in a form; null where it has none. */
export function keyOf(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>('input[name=key]')
}

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

import { randomBytes, randomInt, randomUUID } from 'node:crypto'

/** What differs from one answer of a page to the next. */
export type Values = {
  nonce: string
  formKey: string
  visits: string
  /** The noun that goes with it. */
  times: string
  today: string
}

/** Values that stand nowhere else in a page, and look as the real ones do. */
export function markers(): Values {
  return {
    nonce: randomBytes(16).toString('base64url'),
    formKey: randomUUID(),
    visits: String(randomInt(1e14, 2e14)),
    times: `times-${randomUUID()}`,
    today: String(randomInt(2e14, 2.8e14)),
  }
}

/** A page in which the values of an answer take the place of markers. */
export class Template {
  readonly #texts: string[]
  readonly #names: (keyof Values)[]

  constructor(page: string, marked: Values) {
    const names = Object.fromEntries(
      Object.entries(marked).map(([name, marker]) => [marker, name as keyof Values]),
    )
    const found = new RegExp(Object.values(marked).join('|'), 'g')
    this.#texts = page.split(found)
    this.#names = [...page.matchAll(found)].map(([marker]) => names[marker] ?? 'nonce')
  }

  holds(name: keyof Values): boolean {
    return this.#names.includes(name)
  }

  fill(values: Values): string {
    return this.#texts.reduce((page, text, index) => {
      const name = this.#names[index - 1]
      return page + (name ? values[name] : '') + text
    })
  }
}

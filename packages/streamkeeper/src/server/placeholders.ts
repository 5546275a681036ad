import { randomUUID } from 'node:crypto'

/** Values that stand nowhere else in a page, by the names of what is to take their places. */
export function placeholdersFor(names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, randomUUID()]))
}

/** A page in which the values of an answer take the places of placeholders. */
export class PageWithPlaceholders {
  /** Whether the page shows all of them. */
  readonly hasAll: boolean
  readonly #texts: string[]
  readonly #names: string[]

  constructor(page: string, placeholders: Record<string, string>) {
    const names = new Map(Object.entries(placeholders).map(([name, value]) => [value, name]))
    const pattern = names.size > 0 ? new RegExp([...names.keys()].join('|'), 'g') : /(?!)/g
    this.#texts = page.split(pattern)
    this.#names = [...page.matchAll(pattern)].map(([value]) => names.get(value) ?? '')
    this.hasAll = [...names.values()].every((name) => this.#names.includes(name))
  }

  fill(values: Record<string, string>): string {
    return this.#texts.reduce((page, text, index) => {
      return page + (values[this.#names[index - 1] ?? ''] ?? '') + text
    })
  }
}

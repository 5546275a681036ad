import { randomUUID } from 'node:crypto'
import { crc32, deflateRawSync, constants as z } from 'node:zlib'

/** In bytes: what a stored block of gzip holds. */
export const longestValue = 65_535

/** Values that stand nowhere else in a page, by the names of what is to take their places. */
export function placeholdersFor(names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, randomUUID()]))
}

/** A page in which the values of an answer take the places of placeholders. */
export class PageWithPlaceholders {
  /** Whether the page shows all of them. */
  readonly hasAll: boolean
  /** How much memory it takes, at most: what is compressed is hardly ever longer. */
  readonly bytes: number
  readonly #texts: Buffer[]
  readonly #names: string[]
  #deflated: Buffer[] | null = null

  constructor(page: string, placeholders: Record<string, string>) {
    const names = new Map(Object.entries(placeholders).map(([name, value]) => [value, name]))
    const pattern = names.size > 0 ? new RegExp([...names.keys()].join('|'), 'g') : /(?!)/g
    this.#texts = page.split(pattern).map((text) => Buffer.from(text))
    this.bytes = 2 * this.#texts.reduce((sum, text) => sum + text.length, 0)
    this.#names = [...page.matchAll(pattern)].map(([value]) => names.get(value) ?? '')
    this.hasAll = [...names.values()].every((name) => this.#names.includes(name))
  }

  fill(values: Record<string, string>): Buffer {
    return Buffer.concat(this.#between(this.#texts, values))
  }

  /**
   * The same in gzip. What stands between the values is compressed once, and they are stored as they are
   * (https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4). Brotli has no such parts: each refers to what was before.
   */
  zip(values: Record<string, string>): Buffer {
    this.#deflated ??= this.#texts.map((text) =>
      deflateRawSync(text, { level: 9, finishFlush: z.Z_SYNC_FLUSH }),
    )
    const plain = this.#between(this.#texts, values)
    const body = this.#between(this.#deflated, values, stored)
    return Buffer.concat([head, ...body, tailOf(plain)])
  }

  #between(
    texts: Buffer[],
    values: Record<string, string>,
    written = (value: Buffer) => value,
  ): Buffer[] {
    return texts.flatMap((text, index) => {
      const name = this.#names[index]
      return name === undefined ? [text] : [text, written(Buffer.from(values[name] ?? ''))]
    })
  }
}

// https://www.rfc-editor.org/rfc/rfc1952#section-2.3: deflate, no flags, no time, any system.
const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
// The last block, which is empty.
const end = Buffer.from([3, 0])

function stored(value: Buffer): Buffer {
  const length = Buffer.alloc(5)
  length.writeUInt16LE(value.length, 1)
  length.writeUInt16LE(~value.length & 0xffff, 3)
  return Buffer.concat([length, value])
}

function tailOf(plain: Buffer[]): Buffer {
  const sums = Buffer.alloc(8)
  sums.writeUInt32LE(
    plain.reduce((sum, part) => crc32(part, sum), 0),
    0,
  )
  sums.writeUInt32LE(
    plain.reduce((length, part) => length + part.length, 0),
    4,
  )
  return Buffer.concat([end, sums])
}

import { z } from 'zod'
import { time } from './answers.ts'

// Keys are encoded as in URLs where that was asked for, so that no tag can be in one; others are as XML has it.
const entities = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }))

/** The texts of an element that has no others in it, as often as it is there. */
function textsOf(xml: string, tag: string): string[] {
  const found = xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))
  return [...found].map(([, text = '']) => text.replace(/&[^;]*;/g, characterOf))
}

function characterOf(entity: string): string {
  const [, hex, decimal] = /^&#(?:x([0-9a-f]+)|(\d+));$/i.exec(entity) ?? []
  if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
  if (decimal) return String.fromCodePoint(Number(decimal))
  return entities.get(entity.slice(1, -1)) ?? entity
}

function textOf(xml: string, tag: string): string | undefined {
  return textsOf(xml, tag)[0]
}

/** An ETag without its quotes, which are not everywhere the same. */
export function bareTag(tag: string): string {
  return tag.replace(/^W\//, '').replace(/^"(.*)"$/, '$1')
}

const listed = z
  .object({
    key: z.string().min(1),
    size: z.coerce.number(),
    at: time,
    checksum: z.string().transform(bareTag).nullable().default(null),
  })
  .transform(({ key, ...rest }) => ({ ...rest, name: key }))

const page = z.object({
  isTruncated: z.enum(['true', 'false']).transform((text) => text === 'true'),
  items: z.array(listed),
  token: z.string().optional(),
})

/** @throws {Error} if it is no page of a list */
export function readPage(xml: string) {
  const decode =
    textOf(xml, 'EncodingType') === 'url'
      ? (key: string) => decodeURIComponent(key.replaceAll('+', ' '))
      : (key: string) => key
  const contents = xml.match(/<Contents>.*?<\/Contents>/gs) ?? []
  const items = contents.map((item) => ({
    key: decode(textOf(item, 'Key') ?? ''),
    size: textOf(item, 'Size'),
    at: textOf(item, 'LastModified'),
    checksum: textOf(item, 'ETag'),
  }))
  const whole = /<ListBucketResult[\s>]/.test(xml) && xml.includes('</ListBucketResult>')
  if (!whole) throw new Error('no list')
  const read = page.parse({
    ...{ items, isTruncated: textOf(xml, 'IsTruncated') },
    token: textOf(xml, 'NextContinuationToken'),
  })
  if (read.isTruncated && !read.token) throw new Error('more was said to follow, and not how')
  return read
}

/** @throws {Error} if it does not say what was uploaded, or copied */
export function readTag(xml: string): string {
  return z.string({ error: 'no ETag' }).min(1).parse(textOf(xml, 'ETag'))
}

/** @throws {Error} if it does not say how the upload is called */
export function readUploadId(xml: string): string {
  return z.string({ error: 'no UploadId' }).min(1).parse(textOf(xml, 'UploadId'))
}

/** Whether an answer of success tells of a failure: a copy's status is sent before the copy is made. */
export function isError(xml: string): boolean {
  return /<Error>/.test(xml)
}

import { atOnce } from '../at-once.ts'
import { understand } from './answers.ts'
import type { Answer, Request } from './bucket-http.ts'
import { readTag, readUploadId } from './s3-answers.ts'

/** A part of an object, of which the first has the number 1. */
export type Part = { number: number; range: string }

type Headers = Record<string, string>

/** What sends a request about the copy, and the store to name in problems. */
type Target = { ask: (request: Omit<Request, 'path'>) => Promise<Answer>; replicaUrl: string }

/**
 * Copies an object inside the store in parts, each of which takes a request no longer than others.
 *
 * @param source the headers that name the original
 * @param metadata the headers of what the copy is to have beside it
 * @returns false if the original was removed, or replaced, meanwhile
 */
export async function copyInParts(
  { ask, replicaUrl }: Target,
  source: Headers,
  parts: readonly Part[],
  metadata: Headers,
): Promise<boolean> {
  const begun = await ask({ method: 'POST', query: { uploads: '' }, headers: metadata })
  const uploadId = understand(replicaUrl, () => readUploadId(begun.text))
  const tagIn = (text: string) => understand(replicaUrl, () => readTag(text))
  const tags = new Map<number, string>()
  let [isGone, isMade] = [false, false]
  try {
    await atOnce(8, parts, async ({ number, range }) => {
      const query = { partNumber: String(number), uploadId }
      const headers = { ...source, 'x-amz-copy-source-range': range }
      const expected = [404, 412]
      const { status, text } = await ask({ method: 'PUT', query, headers, expected })
      if (status >= 300) isGone = true
      else tags.set(number, tagIn(text))
    })
    if (isGone) return false
    const body = completion(parts, tags)
    // 404: it was completed by a request whose answer was lost.
    const completed = { method: 'POST', query: { uploadId }, body, expected: [404] } as const
    const { status, text } = await ask(completed)
    if (status < 300) tagIn(text)
    isMade = true
    return true
  } finally {
    // Parts that belong to nothing cost as much as others.
    if (!isMade) await abort(ask, uploadId)
  }
}

async function abort(ask: Target['ask'], uploadId: string): Promise<void> {
  const request = { method: 'DELETE', query: { uploadId }, expected: [404] } as const
  // Why the copy failed says more.
  await ask(request).catch(() => {})
}

function completion(parts: readonly Part[], tags: ReadonlyMap<number, string>): string {
  const listed = parts.map(({ number }) => {
    return `<Part><PartNumber>${number}</PartNumber><ETag>${tags.get(number)}</ETag></Part>`
  })
  return `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`
}

import { MIMEType } from 'node:util'
import type { ProblemDetails } from 'streamkeeper/config'
import type { HandledRequest } from 'streamkeeper/http'
import { ProblemError } from './api/problem.ts'

/** An entry in any script, each character escaped, with room for one that is too long. */
export const apiLimitBytes = 32 * 1024

/** The same as a form: its writer is told how much too long it is, and keeps it. */
export const formLimitBytes = 128 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads the body of a request as text, to the byte as it was sent: what is not UTF-8 is refused
 * instead of mended. A byte order mark at its start is no part of the text.
 *
 * @param types the content types that are taken
 * @param notOfType the answer to any other
 * @throws {ProblemError} if it is not taken
 */
export async function readBody(
  request: Pick<HandledRequest, 'headers' | 'body'>,
  {
    types,
    notOfType,
    limitBytes,
  }: { types: string[]; notOfType: ProblemDetails; limitBytes: number },
): Promise<{ text: string; type: MIMEType }> {
  const type = contentType(request)
  if (!type || !types.includes(type.essence)) throw new ProblemError(notOfType)
  const charset = type.params.get('charset')
  if (charset !== null && charset.toLowerCase() !== 'utf-8') throw new ProblemError(otherCharset)
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (encoding.trim().toLowerCase() !== 'identity') throw new ProblemError(encoded)
  const bytes = await bytesOf(request, limitBytes)
  try {
    return { text: utf8.decode(bytes), type }
  } catch {
    throw new ProblemError(notUtf8)
  }
}

async function bytesOf(
  request: Pick<HandledRequest, 'headers' | 'body'>,
  limitBytes: number,
): Promise<Uint8Array> {
  const said = Number(request.headers.get('content-length') ?? 0)
  if (said > limitBytes) throw tooLarge(limitBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length
      if (size > limitBytes) break
      chunks.push(chunk)
    }
  } catch {
    throw new ProblemError(interrupted)
  }
  if (size > limitBytes) throw tooLarge(limitBytes)
  return Buffer.concat(chunks)
}

function contentType({ headers }: Pick<HandledRequest, 'headers'>): MIMEType | null {
  try {
    return new MIMEType(headers.get('content-type') ?? '')
  } catch {
    return null
  }
}

function tooLarge(limitBytes: number): ProblemError {
  return new ProblemError({
    status: 413,
    type: 'too-large',
    title: 'The body is too large.',
    detail: `Send at most ${limitBytes / 1024} KiB.`,
  })
}

/** The answer to bytes, or escaped bytes, that are no text. */
export const notUtf8: ProblemDetails = {
  status: 400,
  type: 'not-utf-8',
  title: 'The body is not UTF-8.',
  detail: 'It holds bytes that are no text in UTF-8. Nothing was changed.',
}

const otherCharset: ProblemDetails = {
  ...notUtf8,
  status: 415,
  detail: 'Send it in UTF-8, and leave "charset" out of "Content-Type".',
}

const encoded: ProblemDetails = {
  status: 415,
  type: 'encoded',
  title: 'The body is compressed.',
  detail: 'Send it without "Content-Encoding".',
  headers: { 'accept-encoding': 'identity' },
}

const interrupted: ProblemDetails = {
  status: 400,
  type: 'interrupted',
  title: 'The body did not arrive whole.',
  detail: 'Nothing was changed. Send it again.',
}

import { MIMEType } from 'node:util'
import type { ProblemDetails } from 'streamkeeper/config'
import { tooLarge } from './too-large.ts'

/** A body that was read, or why it is not. */
export type Body =
  | { text: string; type: MIMEType; refused?: never }
  | { refused: ProblemDetails; text?: never }

/**
 * Reads the body of a request as text, to the byte as it was sent: what is not UTF-8 is refused
 * instead of mended. A byte order mark at its start is no part of the text.
 *
 * @param types the content types that are taken
 * @param notOfType the answer to any other
 */
export async function readBody(
  request: Request,
  {
    types,
    notOfType,
    limitBytes,
  }: { types: string[]; notOfType: ProblemDetails; limitBytes: number },
): Promise<Body> {
  const type = contentType(request)
  if (!type || !types.includes(type.essence)) return { refused: notOfType }
  const charset = type.params.get('charset')
  if (charset !== null && charset.toLowerCase() !== 'utf-8') return { refused: otherCharset }
  const encoding = request.headers.get('content-encoding') ?? 'identity'
  if (encoding.trim().toLowerCase() !== 'identity') return { refused: encoded }
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) {
    return { refused: tooLarge(limitBytes) }
  }
  let bytes: Uint8Array | null
  try {
    bytes = await bytesOf(request, limitBytes)
  } catch {
    return { refused: interrupted }
  }
  if (bytes === null) return { refused: tooLarge(limitBytes) }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), type }
  } catch {
    return { refused: notUtf8 }
  }
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

function contentType({ headers }: Request): MIMEType | null {
  try {
    return new MIMEType(headers.get('content-type') ?? '')
  } catch {
    return null
  }
}

async function bytesOf(request: Request, limitBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > limitBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

import { ProblemError } from './api/problem.ts'
import { formLimitBytes, notUtf8, readBody } from './body.ts'

type Fields = ReadonlyMap<string, string>

const urlencoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data'

/**
 * Reads the fields of a form, as browsers and programs send it, to the byte as it was sent.
 *
 * `Request.formData()` alone would not do: it puts U+FFFD where bytes are not UTF-8, so another text
 * would be kept than was written.
 *
 * @throws {ProblemError} if it is no form, or can't be read
 */
export async function readForm(request: Request): Promise<Fields> {
  const { text, type } = await readBody(request, {
    types: [urlencoded, multipart],
    notOfType: {
      status: 415,
      type: 'not-a-form',
      title: 'This is not a form.',
      detail: `Send a form as "${urlencoded}" or "${multipart}".`,
    },
    limitBytes: formLimitBytes,
  })
  if (type.essence === urlencoded) return once(pairsOf(text))
  return readMultipart(text, request.headers.get('content-type') ?? '')
}

function pairsOf(text: string): [string, string][] {
  const pairs = text.split('&').filter((pair) => pair !== '')
  try {
    return pairs.map((pair) => {
      const [name = '', ...value] = pair.replaceAll('+', ' ').split('=')
      return [decodeURIComponent(name), decodeURIComponent(value.join('='))]
    })
  } catch {
    throw new ProblemError(notUtf8)
  }
}

async function readMultipart(text: string, type: string): Promise<Fields> {
  const answer = new Response(text, { headers: { 'content-type': type } })
  const data = await answer.formData().catch(() => {
    throw malformed('It is not built as "Content-Type" says.')
  })
  const pairs: [string, string][] = []
  for (const [name, value] of data) {
    if (typeof value !== 'string') throw malformed(`The field "${name}" holds a file.`)
    // It was decoded from base64, say, and perhaps from bytes that are no text.
    if (!text.includes(value)) throw malformed(`The field "${name}" is encoded.`)
    pairs.push([name, value])
  }
  return once(pairs)
}

function once(pairs: [string, string][]): Fields {
  const fields = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (fields.has(name)) throw malformed(`The field "${name}" is there more than once.`)
    fields.set(name, value)
  }
  return fields
}

function malformed(detail: string): ProblemError {
  return new ProblemError({
    status: 400,
    type: 'not-a-form',
    title: 'The form could not be read.',
    detail: `${detail} Nothing was changed.`,
  })
}

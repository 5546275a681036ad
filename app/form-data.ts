import type { ProblemDetails } from 'streamkeeper/config'
import { notUtf8, readBody } from './body.ts'
import { formLimitBytes } from './too-large.ts'

/** A form that was read, or why it is not. */
export type FormRead =
  | { fields: ReadonlyMap<string, string>; refused?: never }
  | { refused: ProblemDetails; fields?: never }

const urlencoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data'

/**
 * Reads the fields of a form, as browsers and programs send it, to the byte as it was sent.
 *
 * `Request.formData()` alone would not do: it puts U+FFFD where bytes are not UTF-8, so another text
 * would be kept than was written.
 */
export async function readForm(request: Request): Promise<FormRead> {
  const body = await readBody(request, {
    types: [urlencoded, multipart],
    notOfType: noForm,
    limitBytes: formLimitBytes,
  })
  if (body.refused) return body
  return body.type.essence === urlencoded
    ? readUrlencoded(body.text)
    : readMultipart(body.text, request.headers.get('content-type') ?? '')
}

function readUrlencoded(text: string): FormRead {
  const pairs = text.split('&').filter((pair) => pair !== '')
  try {
    return once(
      pairs.map((pair) => {
        const [name = '', ...value] = pair.replaceAll('+', ' ').split('=')
        return [decodeURIComponent(name), decodeURIComponent(value.join('='))]
      }),
    )
  } catch {
    return { refused: notUtf8 }
  }
}

async function readMultipart(text: string, type: string): Promise<FormRead> {
  let data: FormData
  try {
    data = await new Response(text, { headers: { 'content-type': type } }).formData()
  } catch {
    return malformed('It is not built as "Content-Type" says.')
  }
  const pairs: [string, string][] = []
  for (const [name, value] of data) {
    if (typeof value !== 'string') return malformed(`The field "${name}" holds a file.`)
    // It was decoded from base64, say, and perhaps from bytes that are no text.
    if (!text.includes(value)) return malformed(`The field "${name}" is encoded.`)
    pairs.push([name, value])
  }
  return once(pairs)
}

function once(pairs: (readonly [string, string])[]): FormRead {
  const fields = new Map<string, string>()
  for (const [name, value] of pairs) {
    if (fields.has(name)) return malformed(`The field "${name}" is there more than once.`)
    fields.set(name, value)
  }
  return { fields }
}

const noForm: ProblemDetails = {
  status: 415,
  type: 'not-a-form',
  title: 'This is not a form.',
  detail: `Send a form as "${urlencoded}" or "${multipart}".`,
}

function malformed(detail: string): FormRead {
  return {
    refused: {
      status: 400,
      type: 'not-a-form',
      title: 'The form could not be read.',
      detail: `${detail} Nothing was changed.`,
    },
  }
}

import { problem } from './problem.ts'

// Four bytes a character for the longest entry that is taken, and room for escapes.
const limitBytes = 32_768

/** The JSON that a request brings, or the answer to one that brings none. */
export async function readJson(request: Request): Promise<{ json: unknown } | Response> {
  // A form on another site can't send this type without asking first, so it can't write here.
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) {
    return problem({
      status: 415,
      type: 'not-json',
      title: 'The body is not JSON.',
      detail: 'Send JSON with the header "Content-Type: application/json".',
    })
  }
  const text = await readText(request)
  if (text === null) {
    return problem({
      status: 413,
      type: 'too-large',
      title: 'The body is too large.',
      detail: `Send at most ${limitBytes} bytes.`,
    })
  }
  try {
    return { json: JSON.parse(text) }
  } catch {
    return problem({
      status: 400,
      type: 'not-json',
      title: 'The body is not JSON.',
      detail: 'It can not be parsed.',
    })
  }
}

async function readText(request: Request): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? new Blob().stream()) {
    size += chunk.length
    if (size > limitBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

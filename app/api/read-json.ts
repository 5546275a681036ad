import type { HandledRequest } from 'streamkeeper/http'
import type { z } from 'zod'
import { apiLimitBytes, readBody } from '../body.ts'
import { invalid, ProblemError } from './problem.ts'

/**
 * What a request brings as JSON.
 *
 * @param schema its messages say what to change
 * @param what as in `entry`
 * @throws {ProblemError} if it brings something else
 */
export async function readJson<T>(
  request: Pick<HandledRequest, 'headers' | 'body'>,
  schema: z.ZodType<T>,
  what: string,
): Promise<T> {
  const { success, data, error } = schema.safeParse(await jsonOf(request))
  if (success) return data
  throw invalid(422, `The ${what} is not valid.`, error)
}

/** @throws {ProblemError} if the body is no JSON */
export async function jsonOf(request: Pick<HandledRequest, 'headers' | 'body'>): Promise<unknown> {
  const { text } = await readBody(request, {
    // A form on another site can't send this type without asking first, so it can't write here.
    types: ['application/json'],
    notOfType: {
      ...notJson('Send JSON with the header "Content-Type: application/json".'),
      status: 415,
    },
    limitBytes: apiLimitBytes,
  })
  let json: unknown
  let twice: string | undefined
  try {
    json = JSON.parse(text)
    twice = fieldThatIsThereTwice(text)
  } catch {
    throw new ProblemError(notJson('It can not be parsed.'))
  }
  if (twice === undefined) return json
  throw new ProblemError(notJson(`"${twice}" is there more than once.`))
}

// JSON.parse would take the last one. What is read here is flat, so names are told apart by nothing else.
function fieldThatIsThereTwice(json: string): string | undefined {
  const strings = json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)
  const names = [...strings].flatMap(([, name = '', colon]) => (colon ? [JSON.parse(name)] : []))
  return names.find((name, index) => names.indexOf(name) !== index)
}

function notJson(detail: string) {
  return { status: 400, type: 'not-json', title: 'The body is not JSON.', detail }
}

import type { ProblemDetails } from 'streamkeeper/config'
import { readBody } from '../body.ts'
import { apiLimitBytes } from '../too-large.ts'
import { problem } from './problem.ts'

/** The JSON that a request brings, or the answer to one that brings none. */
export async function readJson(request: Request): Promise<{ json: unknown } | Response> {
  const { text, refused } = await readBody(request, {
    // A form on another site can't send this type without asking first, so it can't write here.
    types: ['application/json'],
    notOfType: otherType,
    limitBytes: apiLimitBytes,
  })
  if (refused) return problem(refused)
  try {
    const json: unknown = JSON.parse(text)
    const twice = fieldThatIsThereTwice(text)
    return twice === undefined ? { json } : problem(notJson(`"${twice}" is there more than once.`))
  } catch {
    return problem(notJson('It can not be parsed.'))
  }
}

// JSON.parse would take the last one. What is read here is flat, so names are told apart by nothing else.
function fieldThatIsThereTwice(json: string): string | undefined {
  const strings = json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)
  const names = [...strings].flatMap(([, name = '', colon]) => (colon ? [JSON.parse(name)] : []))
  return names.find((name, index) => names.indexOf(name) !== index)
}

function notJson(detail: string): ProblemDetails {
  return { status: 400, type: 'not-json', title: 'The body is not JSON.', detail }
}

const otherType: ProblemDetails = {
  ...notJson('Send JSON with the header "Content-Type: application/json".'),
  status: 415,
}

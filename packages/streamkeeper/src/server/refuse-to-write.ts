import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Problem } from './lifecycle.ts'
import { refuse } from './refuse.ts'
import { answerUnavailable } from './unavailable.ts'

const titles = new Map([
  ['preview', 'Nothing can be written in a preview.'],
  ['older-release', 'Nothing can be written in an older release.'],
  ['breaking-migration', 'Nothing can be written before this release may migrate the data.'],
])

/** Tells who wanted to write that this can't be done here, and why. */
export function refuseToWrite(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
): void {
  const { code: type, message: detail } = problem
  const title = titles.get(type)
  if (!title) answerUnavailable(request, response, problem)
  else refuse(request, response, { status: 503, type, title, detail, retryAfter: 5 })
}

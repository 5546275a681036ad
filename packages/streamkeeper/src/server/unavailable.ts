import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Problem } from './lifecycle.ts'
import { describeProblem } from './problem-details.ts'
import { refuse } from './refuse.ts'
import { unavailableWords } from './words.ts'

const retryAfter = 5

/**
 * Tells a person, or a program, that the pages can't be served now and to come back.
 *
 * @param isStarting whether that is because the server has not started yet
 */
export function answerUnavailable(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem | null,
  isStarting = false,
): void {
  const words = unavailableWords(problem, isStarting)
  const type = isStarting ? 'starting' : 'unavailable'
  const detail = problem?.message ?? 'Please ask again in a moment.'
  const told = describeProblem(503, type, words.title, detail, retryAfter)
  refuse(request, response, told, words, problem?.code)
}

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
  else refuse(request, response, describeProblem(503, type, title, detail, retryAfter))
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isForPrograms } from '../../../../app/request-kind.ts'
import { escaped } from './bare-page.ts'
import type { Problem } from './lifecycle.ts'
import { problemAnswer } from './problem-details.ts'
import { answerPerson } from './refuse.ts'
import { refuseForm } from './refuse-form.ts'
import { unavailableWords, type Words } from './words.ts'

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
  const { title } = words
  const type = isStarting ? 'starting' : 'unavailable'
  const detail = problem?.message ?? 'Please ask again in a moment.'
  const details = { status: 503, type, title, detail, retryAfter }
  const { status, headers, body } = problemAnswer(details)
  if (isForPrograms(request.url)) {
    response.writeHead(status, headers)
    response.end(body)
  } else if (!refuseForm(request, response, { ...details, type: problem?.code ?? type })) {
    // Asked again by itself, what was sent would be lost.
    const page = request.method === 'GET' ? pageThatAsksAgain : pageOf
    answerPerson(request, response, { status, headers, words, page })
  }
}

function pageThatAsksAgain(words: Words): string {
  return `<meta http-equiv="refresh" content="${retryAfter}">
${pageOf(words)}
<p>This page asks again by itself.</p>`
}

function pageOf({ title, detail }: Words): string {
  return `<h1>One moment</h1>
<p>${escaped(title)} ${escaped(detail)}</p>`
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Refusal } from '../config.ts'
import { accepts } from './accepts.ts'
import { appOf } from './app.ts'
import { bodyOf } from './body-of.ts'
import { log, reasonOf } from './log.ts'
import { plainPage } from './plain-page.ts'
import { describeProblem, type ProblemDetails, problemAnswer } from './problem-details.ts'
import { refusalWords, type Words } from './words.ts'

/**
 * Answers a request that isn't served, in the format that whoever sent it understands: as the app does
 * it, or plainly.
 *
 * @param words for people
 * @param code of what is the matter
 */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  problem: ProblemDetails,
  words: Words = refusalWords(problem),
  code = problem.type,
): void {
  const refusal = { problem, words, code, body: () => bodyOf(request) }
  if (isRefusedByApp(request, response, refusal)) return
  const app = appOf(request)
  const { html, json } = accepts(request)
  const { status, headers, body } = problemAnswer(app.config.name, problem)
  if (json || app.isForPrograms(request)) {
    response.writeHead(status, headers).end(body)
    return
  }
  const type = `text/${html ? 'html' : 'plain'}; charset=utf-8`
  response.writeHead(status, { ...headers, 'content-type': type, vary: 'accept' })
  // What was sent would be lost with a page that is loaded again.
  const retryAfter = request.method === 'GET' ? problem.retryAfter : undefined
  response.end(html ? plainPage(words, retryAfter) : `${words.title} ${words.detail}\n`)
}

/** Answers a request for what could not be made; the log has the reason. */
export function answerFailed(request: IncomingMessage, response: ServerResponse): void {
  refuse(request, response, failed)
}

const failed = describeProblem(
  500,
  'failed',
  'This page could not be made.',
  'Nothing that was saved is lost. Please try again in a moment.',
)

function isRefusedByApp(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
): boolean {
  try {
    return appOf(request).config.refuse?.(request, response, refusal) ?? false
  } catch (error) {
    log('ERROR', `The app could not refuse a request: ${reasonOf(error)}`)
    // Half of an answer would be waited for.
    if (response.headersSent) response.destroy()
    return response.headersSent
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isForPrograms } from '../../../../app/request-kind.ts'
import { wantsPlainText } from '../../../../app/visits/wants-plain-text.ts'
import { barePage, escaped } from './bare-page.ts'
import { nonceOf } from './nonce.ts'
import { type ProblemDetails, problemAnswer } from './problem-details.ts'
import { refuseForm } from './refuse-form.ts'
import { refusalWords, type Words } from './words.ts'

/** Answers a request that isn't served, in the format that whoever sent it understands. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  details: ProblemDetails,
): void {
  if (refuseForm(request, response, details)) return
  const { status, headers, body } = problemAnswer(details)
  if (isForPrograms(request.url)) {
    response.writeHead(status, headers)
    response.end(body)
  } else {
    answerPerson(request, response, { status, headers, words: refusalWords(details), page })
  }
}

/** Answers a request for what could not be made; the log has the reason. */
export function answerFailed(request: IncomingMessage, response: ServerResponse): void {
  refuse(request, response, {
    status: 500,
    type: 'failed',
    title: 'This page could not be made.',
    detail: 'Nothing that was saved is lost. Please try again in a moment.',
  })
}

/**
 * Tells somebody in words: in a page, or in a line of text.
 *
 * @param answer.page markup for the words
 */
export function answerPerson(
  request: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
  answer: {
    status: number
    headers: Record<string, unknown>
    words: Words
    page: (words: Words) => string
  },
): void {
  const { words } = answer
  const isText = wantsPlainText(request)
  const headers = {
    ...answer.headers,
    'content-type': `text/${isText ? 'plain' : 'html'}; charset=utf-8`,
    vary: 'accept, user-agent',
  }
  response.writeHead(answer.status, headers)
  const nonce = nonceOf(request.headers['content-security-policy']?.toString())
  const text = `${words.title} ${words.detail}\n`
  response.end(isText ? text : barePage(words.title, answer.page(words), nonce))
}

function page({ title, detail }: Words): string {
  return `<h1>${escaped(title)}</h1>
<p>${escaped(detail)}</p>
<p><a href="/guestbook">Read the guestbook</a>, or go <a href="/">to the front page</a>.</p>`
}

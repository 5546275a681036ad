import type { IncomingMessage, ServerResponse } from 'node:http'
import { isForPrograms } from '../app/request-kind.ts'
import { barePage, escaped } from './bare-page.ts'
import type { Problem } from './lifecycle.ts'
import { nonceOf } from './nonce.ts'
import { problemAnswer } from './problem-details.ts'

const retryAfterSeconds = 5

/** Tells a person, or a program, that the pages can't be served yet and to come back. */
export function answerUnavailable(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem | null,
): void {
  const nonce = nonceOf(response.getHeader('content-security-policy')?.toString())
  const { status, headers, body } = answer(request, problem, nonce)
  response.writeHead(status, headers)
  response.end(body)
}

function answer(
  { url, headers: { accept } }: IncomingMessage,
  problem: Problem | null,
  nonce: string,
) {
  const detail = problem?.message ?? 'Please ask again in a moment.'
  const title = 'This server is starting.'
  if (isForPrograms(url)) {
    const retryAfter = retryAfterSeconds
    return problemAnswer({ status: 503, type: 'starting', title, detail, retryAfter })
  }
  const text = `${title} ${detail}`
  const html = accept?.includes('text/html')
  return {
    status: 503,
    headers: {
      'content-type': html ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'retry-after': String(retryAfterSeconds),
    },
    body: html ? page(text, nonce) : `${text}\n`,
  }
}

function page(text: string, nonce: string): string {
  return barePage(
    'One moment',
    `<meta http-equiv="refresh" content="${retryAfterSeconds}">
<h1>One moment</h1>
<p>${escaped(text)}</p>
<p>This page asks again by itself.</p>`,
    nonce,
  )
}

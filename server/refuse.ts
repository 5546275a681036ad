import type { IncomingMessage, ServerResponse } from 'node:http'
import { isForPrograms } from '../app/request-kind.ts'
import { barePage, escaped } from './bare-page.ts'
import { nonceOf } from './nonce.ts'
import { type ProblemDetails, problemAnswer } from './problem-details.ts'

/** Answers a request that isn't served, in the format that whoever sent it understands. */
export function refuse(
  { url, headers: { accept } }: Pick<IncomingMessage, 'url' | 'headers'>,
  response: ServerResponse,
  details: ProblemDetails,
): void {
  const problem = problemAnswer(details)
  if (isForPrograms(url)) {
    response.writeHead(problem.status, problem.headers)
    response.end(problem.body)
    return
  }
  const html = accept?.includes('text/html')
  const type = `text/${html ? 'html' : 'plain'}; charset=utf-8`
  response.writeHead(problem.status, { ...problem.headers, 'content-type': type })
  const nonce = nonceOf(response.getHeader('content-security-policy')?.toString())
  response.end(html ? page(details, nonce) : `${details.title} ${details.detail}\n`)
}

function page({ title, detail }: ProblemDetails, nonce: string): string {
  return barePage(title, `<h1>${escaped(title)}</h1>\n<p>${escaped(detail)}</p>`, nonce)
}

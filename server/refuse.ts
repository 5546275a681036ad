import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ProblemDetails, problemAnswer } from './problem-details.ts'

/** Answers a request that isn't served, in the format that whoever sent it understands. */
export function refuse(
  { url, headers: { accept } }: Pick<IncomingMessage, 'url' | 'headers'>,
  response: ServerResponse,
  details: ProblemDetails,
): void {
  const problem = problemAnswer(details)
  if (url?.startsWith('/api/')) {
    response.writeHead(problem.status, problem.headers)
    response.end(problem.body)
    return
  }
  const html = accept?.includes('text/html')
  const type = `text/${html ? 'html' : 'plain'}; charset=utf-8`
  response.writeHead(problem.status, { ...problem.headers, 'content-type': type })
  response.end(html ? page(details) : `${details.title} ${details.detail}\n`)
}

function page({ title, detail }: ProblemDetails): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<main>
<h1>${title}</h1>
<p>${escaped(detail)}</p>
</main>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

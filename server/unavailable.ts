import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Problem } from './lifecycle.ts'

const retryAfterSeconds = 5

/** Tells a person, or a program, that the pages can't be served yet and to come back. */
export function answerUnavailable(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem | null,
): void {
  const text = ['This server is starting.', problem?.message].filter(Boolean).join(' ')
  const html = request.headers.accept?.includes('text/html')
  response.writeHead(503, {
    'content-type': html ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': String(retryAfterSeconds),
  })
  response.end(html ? page(text) : `${text}\n`)
}

function page(text: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${retryAfterSeconds}">
<title>One moment</title>
<h1>One moment</h1>
<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>
<p>This page asks again by itself.</p>
`
}

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { log, nonceOf, reasonOf } from 'streamkeeper'
import type { Refusal as Refused } from 'streamkeeper/config'
import { accepts, escaped } from 'streamkeeper/http'
import { problemAnswer } from './api/problem.ts'
import { barePage } from './bare-page.ts'
import { readForm } from './form-data.ts'
import { formFor, type Sent } from './forms/forms.ts'
import { refusalOf, refusalPage } from './forms/refusal.ts'
import { isForPrograms } from './requests.ts'
import { wantsPlainText } from './visits/who-asks.ts'

/**
 * Answers a request of a person that is refused. A form is shown again as it was filled in: what
 * somebody has typed is never lost. The script of a page has it still, and is told of the problem.
 *
 * @returns false if a program asks
 */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  refused: Refused,
): boolean {
  if (isForPrograms(request)) return false
  const { html, json } = accepts(request)
  const answer = isForm(request) && (html || json) ? answerSender : answerReader
  answer(request, response, refused).catch((error) => {
    log('ERROR', `A request could not be refused: ${reasonOf(error)}`)
    response.destroy()
  })
  return true
}

function isForm({ method, headers }: IncomingMessage): boolean {
  const type = headers['content-type'] ?? ''
  return (
    method === 'POST' && /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)
  )
}

async function answerReader(
  request: IncomingMessage,
  response: ServerResponse,
  { problem, words }: Refused,
): Promise<void> {
  const { status, headers } = problemAnswer(problem)
  const isText = wantsPlainText(request)
  const type = `text/${isText ? 'plain' : 'html'}; charset=utf-8`
  response.writeHead(status, { ...headers, 'content-type': type, vary: 'accept, user-agent' })
  if (isText) response.end(`${words.title} ${words.detail}\n`)
  else response.end(barePage(words.title, mainOf(request, { problem, words }), nonceFor(request)))
}

function mainOf(
  { method }: IncomingMessage,
  { problem: { type, retryAfter }, words: { title, detail } }: Pick<Refused, 'problem' | 'words'>,
): string {
  if (type !== 'unavailable' && type !== 'starting') {
    return `<h1>${escaped(title)}</h1>
<p>${escaped(detail)}</p>
<p><a href="/guestbook">Read the guestbook</a>, or go <a href="/">to the front page</a>.</p>`
  }
  const page = `<h1>One moment</h1>
<p>${escaped(title)} ${escaped(detail)}</p>`
  // Asked again by itself, what was sent would be lost.
  if (method !== 'GET') return page
  return `<meta http-equiv="refresh" content="${retryAfter}">
${page}
<p>This page asks again by itself.</p>`
}

async function answerSender(
  request: IncomingMessage,
  response: ServerResponse,
  { problem, code, body }: Refused,
): Promise<void> {
  const fields = await fieldsOf(request, await body())
  const form = formFor(request.url?.split('?', 1)[0] ?? '', fields ?? undefined)
  const refusal = refusalOf(form, { ...problem, type: code })
  const { status, headers, body: told } = problemAnswer(refusal)
  if (response.closed) return
  if (accepts(request).json) {
    response.writeHead(status, headers).end(told)
    return
  }
  const isForged = code === 'cross-site'
  // Another site may have chosen what is in it: no button for an admin to press, no key that it knows.
  const again = isForged && form?.fields.length === 0 ? null : form
  const shown = fields && isForged ? new Map([...fields, ['key', randomUUID()]]) : fields
  const page = refusalPage(again, shown, refusal, nonceFor(request))
  response.writeHead(status, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(page)
}

function nonceFor({ headers }: IncomingMessage): string {
  return nonceOf(headers['content-security-policy']?.toString())
}

async function fieldsOf(request: IncomingMessage, body: Buffer | null): Promise<Sent | null> {
  if (body === null) return null
  const { 'content-type': type = '', 'content-encoding': encoding } = request.headers
  const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) }
  const sent = { method: 'POST', headers, body: new Uint8Array(body) }
  // It is shown again as far as it can be read; why it is refused is another matter.
  return readForm(new Request('http://localhost', sent)).catch(() => null)
}

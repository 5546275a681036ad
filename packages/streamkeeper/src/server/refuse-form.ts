import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readForm } from '../../../../app/form-data.ts'
import { formFor, type Sent } from '../../../../app/forms/forms.ts'
import { refusalPage } from '../../../../app/forms/refusal.ts'
import { refusalOf } from '../../../../app/forms/words.ts'
import { isForPrograms } from '../../../../app/request-kind.ts'
import { accepts } from './accepts.ts'
import { bodyOf } from './body-of.ts'
import { log, reasonOf } from './log.ts'
import { nonceOf } from './nonce.ts'
import { type ProblemDetails, problemAnswer } from './problem-details.ts'

/**
 * Answers a form that a browser has sent, and that is refused, with the form as it was filled in: what
 * somebody has typed is never lost. The script of a page has it still, and is told of the problem.
 *
 * @returns false if this is no such form
 */
export function refuseForm(
  request: IncomingMessage,
  response: ServerResponse,
  problem: ProblemDetails,
): boolean {
  if (!isForm(request)) return false
  const { html, json } = accepts(request)
  if (!html && !json) return false
  const answer = json ? answerScript : answerBrowser
  answer(request, response, problem).catch((error) => {
    log('ERROR', `A form could not be refused: ${reasonOf(error)}`)
    response.destroy()
  })
  return true
}

/** Whether a request brings a form, as pages send them. */
export function isForm({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'POST' || isForPrograms(url)) return false
  return /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(
    headers['content-type'] ?? '',
  )
}

async function answerScript(
  request: IncomingMessage,
  response: ServerResponse,
  problem: ProblemDetails,
): Promise<void> {
  await bodyOf(request)
  const { status, headers, body } = problemAnswer(refusalOf(formFor(pathOf(request)), problem))
  if (!response.closed) response.writeHead(status, headers).end(body)
}

async function answerBrowser(
  request: IncomingMessage,
  response: ServerResponse,
  problem: ProblemDetails,
): Promise<void> {
  const fields = await fieldsOf(request)
  const form = formFor(pathOf(request), fields ?? undefined)
  const refusal = refusalOf(form, problem)
  const nonce = nonceOf(response.getHeader('content-security-policy')?.toString())
  const isForged = problem.type === 'cross-site'
  // Another site may have chosen what is in it: no button for an admin to press, no key that it knows.
  const again = isForged && form?.fields.length === 0 ? null : form
  const shown = fields && isForged ? new Map([...fields, ['key', randomUUID()]]) : fields
  const page = refusalPage(again, shown, refusal, nonce)
  const { status, headers } = problemAnswer(refusal)
  if (response.closed) return
  response.writeHead(status, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(page)
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? ''
}

async function fieldsOf(request: IncomingMessage): Promise<Sent | null> {
  const body = await bodyOf(request)
  if (body === null) return null
  const { 'content-type': type = '', 'content-encoding': encoding } = request.headers
  const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) }
  const { fields = null } = await readForm(
    new Request('http://localhost', { method: 'POST', headers, body: new Uint8Array(body) }),
  )
  return fields
}

import type { ProblemDetails } from 'streamkeeper/config'
import { escaped } from 'streamkeeper/http'
import { barePage } from '../bare-page.ts'
import type { Form, Sent } from './forms.ts'
import { formMarkup } from './markup.ts'

/** Why a form was refused, in words for who has sent it. */
export type Refusal = ProblemDetails & {
  /** What was stored of this form when it was sent before. */
  stored?: { id: number; name: string; message: string }
  /** The key for what is sent next, where the form's own can't be used again. */
  key?: string
}

/**
 * The page that answers a form that is refused: what happened, and the form as it was filled in. It
 * never renews itself, as that would lose what was written.
 *
 * @param form null where nobody knows it
 * @param sent null where it could not be read
 */
export function refusalPage(
  form: Form | null,
  sent: Sent | null,
  refusal: Refusal,
  nonce: string,
): string {
  const { title, detail, stored } = refusal
  const main = [
    `<h1>${escaped(title)}</h1>`,
    `<p>${escaped(detail)}</p>`,
    form && stored && storedMarkup(form.page, stored),
    form && (sent ? formAgain(form, sent, refusal) : lost),
    `<p><a href="${form?.page ?? '/'}">${form ? 'To the page of this form' : 'To the front page'}</a></p>`,
  ]
  return barePage(title, main.filter(Boolean).join('\n'), nonce)
}

const lost = '<p>What was sent could not be kept here. Your browser has it: go back one page.</p>'

function formAgain(form: Form, sent: Sent, { key, errors = [] }: Refusal): string {
  const values = key === undefined ? sent : new Map([...sent, ['key', key]])
  const problems = new Map(errors.map(({ field, detail }) => [field, detail]))
  const { another: label } = form
  const isAnother = key !== undefined && label !== undefined
  const shown = isAnother ? { ...form, button: () => ({ label }) } : form
  return formMarkup(shown, { values, problems })
}

function storedMarkup(page: string, { id, name, message }: NonNullable<Refusal['stored']>): string {
  return `<blockquote class="stored"><p dir="auto">${escaped(message)}</p><footer dir="auto">${escaped(name)}</footer></blockquote>
<p><a href="${page}#entry-${id}">Keep that entry, and nothing else</a></p>`
}

const again = 'Please send it again in a moment.'

// By the type of the problem. Those of the server are for programs and operators.
const words = new Map<string, string>([
  ['starting', `This server is just starting. ${again}`],
  ['lease-held', `Another server takes over at this moment. ${again}`],
  ['preview', 'This address only shows a copy. Please write at the address of the site itself.'],
  ['older-release', `A newer release of this site takes over at this moment. ${again}`],
  ['breaking-migration', `This site is being renewed. ${again}`],
  ['not-found', 'There is nothing at the address that this was sent to.'],
  ['wrong-method', 'The page that this was sent from is of an older release.'],
])

const unclear = new Set(['not-durable', 'unclear', 'writer-away'])

const sameAgain =
  'It may have arrived, or not. Please send it again in a moment: it will be there only once.'

/** Why the server has refused a form, in words for who has sent it. */
export function refusalOf(form: Form | null, problem: ProblemDetails): Refusal {
  const { status, type, retryAfter } = problem
  if (unclear.has(type))
    return { ...problem, title: 'This is not confirmed yet.', detail: sameAgain }
  const title = form?.failed ?? 'Nothing was saved.'
  const detail = words.get(type) ?? otherWords(problem)
  // An address that only shows a copy will not do anything else later.
  const isFinal = type === 'preview' || retryAfter === undefined
  const refusal = { status, type, title, detail }
  return isFinal ? refusal : { ...refusal, retryAfter }
}

function otherWords({ status, title, detail, retryAfter }: ProblemDetails): string {
  if (status === 413) return 'This is more than can be taken. Please shorten it, and send it again.'
  if (status === 429) {
    return `You have sent too much in a short time. Please send it again in ${retryAfter} seconds.`
  }
  if (status >= 500) return `This server can not save anything just now. ${again}`
  return `${title} ${detail}`
}

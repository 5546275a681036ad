import type { ProblemDetails } from 'streamkeeper/config'
import { barePage, escaped } from '../bare-page.ts'
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

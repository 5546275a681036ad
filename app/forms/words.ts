import type { ProblemDetails } from 'streamkeeper/config'
import type { Form } from './forms.ts'
import type { Refusal } from './refusal.ts'

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

const unclear = new Set(['not-durable', 'writer-away'])

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

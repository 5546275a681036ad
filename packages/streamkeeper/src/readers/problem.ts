import { type Problem, problemOf } from '../server/lifecycle.ts'
import { ReplicationProblem } from '../stores/problem.ts'

const words = {
  'no-copy-yet':
    'There is nothing to read yet: the writer makes the first copy when it first writes.',
  'copy-broken': 'The copy broke, and another is being restored. Please ask again in a moment.',
  'older-schema':
    'The database was not migrated to this release yet, and a reader can not do that. Deploy the writer first.',
  'unreadable-schema':
    'A newer release has migrated the database, and this one can not read it any more. Deploy that release here, too.',
  'lease-gone':
    'The lease was in the bucket and is gone. What was copied is still read. Look with `npx streamkeeper lease show`; `npx streamkeeper lease repair` writes another.',
  'lease-older':
    'The lease in the bucket is older than one that was read before. What was copied is still read. Where somebody put an old one back on purpose, restart this reader.',
  'unreadable-object':
    'An object in the bucket does not hold what its name says. It is asked for again, and what was copied is still read.',
} as const

/** Why a reader can't read what is in the bucket now; its message names the fact and the next step. */
export class ReaderProblem extends Error {
  readonly code: keyof typeof words
  /** For those who aren't the operator. */
  readonly summary: string

  constructor(code: keyof typeof words, detail?: string) {
    super(detail === undefined ? words[code] : `${words[code]} (${detail})`)
    this.code = code
    this.summary = words[code]
  }
}

/** Whether what went wrong passes, or waits for somebody, while the copy that is there is read. */
export function isExpected(error: unknown): error is ReaderProblem | ReplicationProblem {
  return error instanceof ReaderProblem || error instanceof ReplicationProblem
}

/** What people and programs may know of it. */
export function shownProblem(error: unknown): Problem {
  if (error instanceof ReaderProblem) return { code: error.code, message: error.summary }
  return problemOf(error)
}

import type { Problem } from './lifecycle.ts'

/** What a person is told: what is the matter, and what they can do. */
export type Words = { title: string; detail: string }

const forOperators = 'Whoever runs this site can see why. Nothing that was saved is lost.'

// By the code of the problem. What operators have to know and to do is in the log, and on /status.
const byCode = new Map<string, string>([
  ['bucket-unreachable', 'The bucket does not answer.'],
  ['bucket-busy', 'The bucket has too much to do.'],
  ['bucket-garbled', 'The bucket does not answer as it should.'],
  ['lease-held', 'Another server is just handing over to this one.'],
  ['lease-lost', 'Another server is just taking over.'],
  ['another-writer', 'Another server is just taking over.'],
  ['first-copy', 'The data is just being brought to the bucket.'],
  ['no-copy-yet', 'There is nothing to read yet. Please come back in a moment.'],
  ['copy-broken', 'The copy broke, and another is being brought.'],
  [
    'preview',
    'This is a preview, which only shows a copy. Please go to the address of the site itself.',
  ],
  ['older-release', 'A newer release of this site takes over.'],
  ['older-schema', 'A newer release of this site takes over.'],
  ['unreadable-schema', 'A newer release of this site takes over.'],
  ['breaking-migration', 'A newer release of this site takes over.'],
  ['database-unreachable', 'The database can not be reached.'],
  ['database-restarting', 'The database starts or stops.'],
  ['database-busy', 'The database has too much to do.'],
  ['database-crowded', 'The database has too much to do.'],
])

/** Why a page can't be shown now, for whoever wants to see it. */
export function unavailableWords(problem: Problem | null, isStarting: boolean): Words {
  return {
    title: isStarting ? 'This server is starting.' : 'This can not be shown at the moment.',
    detail: problem ? (byCode.get(problem.code) ?? forOperators) : 'Please come back in a moment.',
  }
}

const byType = new Map<string, Partial<Words>>([
  [
    'no-path',
    { title: 'This is no address of this site.', detail: 'Please look at how it is typed.' },
  ],
  ['not-found', { detail: 'Please look at how the address is typed; what was there may be gone.' }],
  ['wrong-method', { detail: 'Nothing was changed.' }],
  ['too-large', { title: 'This is more than can be taken.', detail: 'Please shorten it.' }],
])

/** Why something is refused, for whoever has asked for it. */
export function refusalWords({ type, title, detail }: Words & { type: string }): Words {
  return { title, detail: byCode.get(type) ?? detail, ...byType.get(type) }
}

import { z } from 'zod'
import { type Term, terms } from '../lease/terms.ts'
import type { Layout } from '../stores/replica-url.ts'
import { type Context, defineCommand, main } from './command.ts'
import type { State } from './epoch-files.ts'
import { NoReplica, naming, problemFacts } from './errors.ts'
import { type Survey, survey } from './survey.ts'
import { bytesInWords, durationInWords, tableInWords, timeInWords } from './words.ts'

const help = `Lists the epochs in the bucket, and says who leads.

  npx streamkeeper history [--url URL] [--json]

"from" is the earliest moment that can be restored from an epoch, "to" that of its newest change.
An epoch that "continued" another began as a copy of it, and has the newest state of that one: what was
before is in that one.
It fails where what is restorable is not all there.
`

export const command = defineCommand({
  help,
  options: {},
  schema: z.object({}),
  run: async (_, context) => {
    const history = await listHistory(context)
    const { epochs, why, url } = { ...history, url: context.url }
    const problem = history.problem ?? (epochs.length === 0 ? new NoReplica(url) : null)
    naming(context.option, problem)
    const words = [
      ...(epochs.length > 0 ? [table(history)] : []),
      ...(why === null ? [] : [why]),
      ...(problem ? [problem.message] : []),
      ...(history.lease ? [holder(history)] : []),
    ]
    return {
      ok: problem === null,
      facts: { url, ...factsOf(history), ...(problem && { problem: problemFacts(problem) }) },
      words: words.join('\n\n'),
    }
  },
})

function factsOf({ epochs, states, lease, renewedMsAgo, isHeldByOther, why }: History) {
  return {
    epochs: epochs.map(({ times: _, changes: __, fault, ...facts }, index) => ({
      ...facts,
      ...states[index],
      fault: fault && problemFacts(fault),
    })),
    ...{ service: lease?.service ?? null, holder: lease?.holder ?? null },
    ...{ renewedMsAgo, isHeldByOther, why },
  }
}

function table({ epochs, states }: History): string {
  const rows = epochs.map(({ epoch, layout, first, last, objects, bytes }, index) => [
    epoch === 0 ? '-' : String(epoch),
    describe(states[index], layout),
    first ? timeInWords(first.at) : '-',
    timeInWords(last.at),
    transactions(first, last),
    String(objects),
    bytesInWords(bytes),
  ])
  return tableInWords([
    ['epoch', 'state', 'from', 'to', 'transactions', 'objects', 'size'],
    ...rows,
  ])
}

function transactions(first: State | null, last: State): string {
  if (last.txid === null) return '-'
  return first ? `${first.txid} to ${last.txid}` : `to ${last.txid}`
}

function describe(found: History['states'][number] | undefined, layout: Layout): string {
  const state = found ? stateInWords(found.state) : 'unknown'
  const leading = found?.isLeading ? ', leading' : ''
  const continued = found?.continues ? `, continued ${found.continues}` : ''
  return `${state}${leading}${continued}${layout === 'generations' ? ', of Litestream 0.3' : ''}`
}

function stateInWords(state: EpochState): string {
  if (state.name !== 'obsolete' || state.since === null) return state.name
  return `obsolete since ${timeInWords(state.since)}`
}

function holder({ lease, renewedMsAgo, isHeldByOther }: History): string {
  if (!lease?.holder) return `Nobody leads; the data is ${lease?.service}'s.`
  const { revision, instance } = lease.holder
  const age = durationInWords(Math.max(0, renewedMsAgo ?? 0))
  const who = `${revision} ${instance} of ${lease.service}`
  return isHeldByOther
    ? `${who} leads; it renewed the lease ${age} ago.`
    : `Nobody leads: the lease of ${who} has run out, it was renewed ${age} ago.`
}

type EpochState =
  /** What is restored now. */
  | { name: 'restorable'; since: number | null }
  /** Another one took its place: in milliseconds since 1970, null where that is forgotten. */
  | { name: 'obsolete'; since: number | null }
  /** Nobody ever relied on it: its leader ended before its first upload did. */
  | { name: 'never complete' }
  /** Its leader's first upload is under way. */
  | { name: 'beginning' }
  /** There is no lease that says what it is. */
  | { name: 'unknown' }

export type History = Survey & {
  states: {
    state: EpochState
    isLeading: boolean
    /** The epoch whose transactions this one goes on with; null if it was uploaded, or that is forgotten. */
    continues: number | null
  }[]
}

/** Says of each epoch in the bucket what it is. */
export async function listHistory(bucket: Pick<Context, 'store' | 'url'>): Promise<History> {
  const surveyed = await survey(bucket)
  const { lease, epochs, isHeldByOther, restorable } = surveyed
  const all = lease ? terms(lease, epochs) : onlyTerm(restorable)
  const states = epochs.map(({ epoch }) => {
    const isLeading = isHeldByOther && lease?.epoch === epoch
    const begun = lease?.obsolete.findLast(({ upTo }) => upTo + 1 === epoch)
    const continues = (begun?.continued && begun.was) || null
    return { isLeading, state: stateOf(epoch, all, isLeading), continues }
  })
  return { ...surveyed, states }
}

function onlyTerm(restorable: Survey['restorable']): Term[] | null {
  return restorable && [{ epoch: restorable.epoch, from: null, until: null }]
}

function stateOf(epoch: number, all: Term[] | null, isLeading: boolean): EpochState {
  if (!all) return { name: 'unknown' }
  const term = all.findLast((found) => found.epoch === epoch)
  if (!term) {
    // What the lease has forgotten is gone, except for a replica from before there were epochs.
    if (epoch < (all[0]?.epoch ?? 0)) return { name: 'obsolete', since: null }
    return { name: isLeading ? 'beginning' : 'never complete' }
  }
  return term.until === null
    ? { name: 'restorable', since: term.from }
    : { name: 'obsolete', since: term.until }
}

if (import.meta.main) await main(command)

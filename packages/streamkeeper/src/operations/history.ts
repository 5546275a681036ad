import { z } from 'zod'
import type { Layout } from '../stores/replica-url.ts'
import { defineCommand, main, naming, problemFacts } from './command.ts'
import type { State } from './epoch-files.ts'
import { type EpochState, type History, listHistory } from './list-history.ts'
import { NoReplica } from './no-replica.ts'
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

if (import.meta.main) await main(command)

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

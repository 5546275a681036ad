import { z } from 'zod'
import { runCommand } from './command.ts'
import { type EpochState, type History, listHistory } from './list-history.ts'
import { bytesInWords, durationInWords, tableInWords, timeInWords } from './words.ts'

const help = `Lists the epochs in the bucket, and says who leads.

  npm run history -- [--url URL] [--json]

"from" is the earliest moment that can be restored from an epoch, "to" that of its newest change.
`

await runCommand({
  help,
  options: {},
  schema: z.object({}),
  run: async (_, { store, url }) => {
    const history = await listHistory(store)
    return {
      ok: history.damage === null,
      facts: { url, ...factsOf(history) },
      words: `${table(history)}\n\n${holder(history)}`,
    }
  },
})

function factsOf({ epochs, lease, damage, renewedMsAgo, isHeld }: History) {
  return {
    epochs: epochs.map(({ times: _, ...facts }) => facts),
    ...{ service: lease?.service ?? null, holder: lease?.holder ?? null },
    ...{ renewedMsAgo, isHeld, damage },
  }
}

function table({ epochs }: History): string {
  if (epochs.length === 0) return 'There is no replica.'
  const rows = epochs.map(({ epoch, state, isLeading, first, last, objects, bytes }) => [
    epoch === 0 ? '-' : String(epoch),
    `${stateInWords(state)}${isLeading ? ', leading' : ''}`,
    first ? timeInWords(first.at) : '-',
    timeInWords(last.at),
    first ? `${first.txid} to ${last.txid}` : `to ${last.txid}`,
    String(objects),
    bytesInWords(bytes),
  ])
  return tableInWords([
    ['epoch', 'state', 'from', 'to', 'transactions', 'objects', 'size'],
    ...rows,
  ])
}

function stateInWords(state: EpochState): string {
  if (state.name !== 'obsolete' || state.since === null) return state.name
  return `obsolete since ${timeInWords(state.since)}`
}

function holder({ lease, damage, renewedMsAgo, isHeld }: History): string {
  if (damage) return `The lease can't be read: ${damage}`
  if (!lease) return 'There is no lease.'
  if (!lease.holder) return `Nobody leads; the data is ${lease.service}'s.`
  const { revision, instance } = lease.holder
  const age = durationInWords(Math.max(0, renewedMsAgo ?? 0))
  const who = `${revision} ${instance} of ${lease.service}`
  return isHeld
    ? `${who} leads; it renewed the lease ${age} ago.`
    : `Nobody leads: the lease of ${who} has run out, it was renewed ${age} ago.`
}

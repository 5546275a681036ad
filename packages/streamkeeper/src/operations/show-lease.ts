import { epochName } from '../stores/epochs.ts'
import { problemFacts } from './command.ts'
import { NoReplica } from './no-replica.ts'
import type { Survey } from './survey.ts'
import { durationInWords } from './words.ts'

/** What `lease show` tells of what is below the URL. */
export function showLease(surveyed: Survey, url: string) {
  const { lease, isHeldByOther, renewedMsAgo, epochs } = surveyed
  const isEmpty = !lease && epochs.length === 0
  const problem = surveyed.problem ?? (isEmpty ? new NoReplica(url) : null)
  const numbers = epochs.flatMap(({ epoch }) => (epoch > 0 ? [epoch] : []))
  return {
    problem,
    facts: {
      ...{ lease, isHeldByOther, ageMs: renewedMsAgo, epochs: numbers },
      ...(problem && { problem: problemFacts(problem) }),
    },
    words: isEmpty && problem ? problem.message : formatLease(surveyed, problem),
  }
}

function formatLease(
  { lease, epochs, renewedMsAgo, isHeldByOther, why }: Survey,
  problem: Error | null,
) {
  const names = epochs.map(({ epoch, layout }) => (epoch > 0 ? epochName(epoch) : inOld[layout]))
  const list = `epochs      ${names.length > 0 ? names.join(', ') : 'none'}`
  const notes = [...(why === null ? [] : [why]), ...(problem ? [problem.message] : [])]
  if (!lease) return ['There is no lease that can be read.', list, ...notes].join('\n')
  const { holder, service, epoch, restorable, adopted } = lease
  const age = durationInWords(Math.max(0, renewedMsAgo ?? 0))
  const who = `${holder?.revision} ${holder?.instance}`
  const when = isHeldByOther ? `renewed ${age} ago` : `has run out, renewed ${age} ago`
  const none = adopted ? inOld[adopted] : 'none yet'
  return [
    `service     ${service}`,
    `holder      ${holder ? `${who} (${when})` : 'nobody'}`,
    `epoch       ${epoch}`,
    `restorable  ${restorable > 0 ? epochName(restorable) : none}`,
    list,
    ...notes,
  ].join('\n')
}

const inOld = {
  ltx: 'the replica without epochs',
  generations: 'the replica of Litestream 0.3',
}

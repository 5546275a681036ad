import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { findPlain } from '../lease/adopt.ts'
import { refuseHeld, repair } from '../lease/repair.ts'
import { epochName } from '../stores/epochs.ts'
import { sourceUrl } from '../stores/replica-url.ts'
import { type Context, defineCommand, main, WrongArguments } from './command.ts'
import { NoReplica, naming, problemFacts } from './errors.ts'
import { mustBeSound, restoreAndExamine, temporaryFolder } from './restored.ts'
import { type Survey, survey } from './survey.ts'
import { wholeNumber } from './values.ts'
import { durationInWords } from './words.ts'

const help = `Shows, or repairs, the writer lease of a replica.

  npx streamkeeper lease show   [--url URL] [--json]
  npx streamkeeper lease repair [--epoch N] [--service NAME] [--force] [--url URL] [--json]

repair writes a lease that nobody holds, and says what there was before and after. Stop the service
first.

  --epoch N        the epoch to restore from now on, after it was restored once and checked; 0 for a
                   replica without epochs
  --service NAME   the service that may use the replica from now on
  --force          also while somebody leads: they step down, and what they had not acknowledged is
                   lost`

export const command = defineCommand({
  help,
  options: {
    epoch: { type: 'string' },
    service: { type: 'string' },
    force: { type: 'boolean', default: false },
  },
  hasAction: true,
  schema: z.object({
    action: z.enum(['show', 'repair'], { error: 'say what to do, show or repair' }),
    epoch: wholeNumber.optional(),
    service: z.string().min(1, 'needs the name of the service').optional(),
    force: z.boolean(),
  }),
  run: async ({ action, epoch = null, service = null, force }, context) => {
    const before = await look(context)
    if (action === 'show') {
      if (epoch !== null || service !== null || force) {
        throw new WrongArguments('--epoch, --service and --force go with repair.')
      }
      return { ok: before.problem === null, ...before }
    }
    if (before.problem instanceof NoReplica) throw before.problem
    if (!force) await refuseHeld(context.store)
    const plain = epoch === 0 ? await findPlain(context.store) : null
    const adopted = plain?.layout
    if (epoch !== null)
      await mustRestore(sourceUrl(context.url, { restorable: epoch, adopted }), context)
    await repair(context.store, { epoch, adopted, service, force })
    const after = await look(context)
    return {
      ok: after.problem === null,
      facts: { before: before.facts, ...after.facts },
      words: `Before:\n${before.words}\n\nAfter:\n${after.words}`,
    }
  },
})

async function look(context: Context) {
  const surveyed = await survey(context)
  naming(context.option, surveyed.problem)
  return showLease(surveyed, context.url)
}

async function mustRestore(url: string, context: Context): Promise<void> {
  using folder = temporaryFolder(join(tmpdir(), 'streamkeeper-repair-'))
  const restored = await restoreAndExamine(url, join(folder.path, 'app.db'), context)
  if (!restored) throw new NoReplica(url)
  mustBeSound(restored, url)
}

/** What `lease show` tells of what is below the URL. */
function showLease(surveyed: Survey, url: string) {
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

if (import.meta.main) await main(command)

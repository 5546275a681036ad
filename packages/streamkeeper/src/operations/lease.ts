import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { findPlain } from '../lease/adopt.ts'
import { refuseHeld, repair } from '../lease/repair.ts'
import { sourceUrl } from '../stores/replica-url.ts'
import { type Context, defineCommand, main, naming, WrongArguments } from './command.ts'
import { NoReplica } from './no-replica.ts'
import { mustBeSound, restoreAndExamine } from './restored.ts'
import { showLease } from './show-lease.ts'
import { survey } from './survey.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { wholeNumber } from './values.ts'

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

if (import.meta.main) await main(command)

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

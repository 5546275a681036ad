import { z } from 'zod'
import { inspect, repair } from '../replication/lease/repair.ts'
import { runCommand } from './command.ts'
import { atLeastOne } from './values.ts'

const help = `Shows, or repairs, the writer lease of a replica.

  npm run lease -- show   [--url URL] [--json]
  npm run lease -- repair [--url URL] [--json] [--epoch N] [--service NAME]

repair writes a lease that nobody holds. Whoever leads at that moment steps down, so stop the
service first.

  --epoch N        the epoch to restore from now on; it has to be complete
  --service NAME   the service that may use the replica from now on`

await runCommand({
  help,
  options: { epoch: { type: 'string' }, service: { type: 'string' } },
  hasAction: true,
  schema: z.object({
    action: z.enum(['show', 'repair'], { error: 'say what to do, show or repair' }),
    epoch: atLeastOne.optional(),
    service: z.string().optional(),
  }),
  run: async ({ action, epoch = null, service = null }, { store }) => {
    if (action === 'repair') await repair(store, { epoch, service })
    const { words, ...facts } = await inspect(store)
    return { ok: true, facts, words }
  },
})

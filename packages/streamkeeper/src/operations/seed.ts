import { resolve } from 'node:path'
import { z } from 'zod'
import { leadershipTiming } from '../server/timing.ts'
import { defineCommand, main, WrongArguments } from './command.ts'
import { tablesInWords } from './examine.ts'
import { holdTiming, leaseFor } from './hold-lease.ts'
import { loadApp } from './load-app.ts'
import { type Seeded, seedEpoch } from './seed-epoch.ts'
import { seconds } from './values.ts'
import { bytesInWords, durationInWords, epochInWords, pairsInWords } from './words.ts'

const help = `Brings a SQLite file into the bucket: it is what the app goes on with.

  npx streamkeeper seed --from FILE [--service NAME] [--replace] [--wait SECONDS] [--url URL] [--json]

  --from FILE      a database of this app; it may be in use, and is not changed
  --service NAME   the Cloud Run service that uses the bucket; local unless given, where the
                   bucket is a folder
  --replace        let it take the place of the data that is there
  --wait SECONDS   how long to wait until a running app hands over; 30 unless given`

export const command = defineCommand({
  help,
  options: {
    from: { type: 'string' },
    service: { type: 'string' },
    replace: { type: 'boolean', default: false },
    wait: { type: 'string', default: '30' },
  },
  schema: z.object({
    from: z
      .string({ error: 'is missing: name the SQLite file' })
      .min(1, 'needs the name of a file'),
    service: z.string().min(1, 'needs the name of the service').optional(),
    replace: z.boolean(),
    wait: seconds,
  }),
  run: async ({ from, service, replace, wait }, context) => {
    const { url } = context
    const app = await loadApp()
    if (!service && url.startsWith('gs://')) {
      throw new WrongArguments('--service is missing: name the Cloud Run service that uses it.')
    }
    const lease = leaseFor(context, service ?? 'local', 'seed', app)
    const timing = holdTiming(context, wait * 1_000)
    const seeded = await seedEpoch(
      { file: resolve(from), replace, app, lease, timing, now: Date.now },
      context,
    )
    const { findings: _, tookMs: __, ...facts } = seeded
    const { retentionMs } = leadershipTiming(url)
    return { ok: true, facts: { ...facts, url }, words: formatSeeded(seeded, retentionMs) }
  },
})

function formatSeeded(
  { epoch, before, hadData, bytes, tables }: Seeded,
  retentionMs: number,
): string {
  const pairs = [
    ['epoch', epochInWords(epoch)],
    ['size', bytesInWords(bytes)],
    ['tables', tablesInWords(tables)],
    ...(hadData ? [['before', beforeInWords(before, retentionMs)] as const] : []),
  ] as const
  return `The file is in the bucket, and was restored from there. The app goes on with it.\n${pairsInWords(pairs)}`
}

function beforeInWords(epoch: number, retentionMs: number): string {
  return epoch === 0
    ? 'a replica without epochs; it stays where it is'
    : `the data before is in ${epochInWords(epoch)}, for at least ${durationInWords(retentionMs)} more`
}

if (import.meta.main) await main(command)

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Lease } from '../lease/lease.ts'
import { leaseName } from '../lease/lease-object.ts'
import { replicateOnce } from '../litestream/litestream-command.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { epochName } from '../stores/epochs.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { epochUrl } from '../stores/replica-url.ts'
import type { Context } from './command.ts'
import { NoReplica } from './errors.ts'
import type { Examined } from './examine.ts'
import { examineApart } from './examine-apart.ts'
import { type HoldTiming, LeaseLost, whileKeeping, withLease } from './hold-lease.ts'
import { mustBeSound, restoreAndExamine, temporaryFolder } from './restored.ts'
import { survey } from './survey.ts'
import { prepareCopy, takeCopy } from './take-copy.ts'
import { bytesInWords } from './words.ts'

export type Seeding = {
  /** The SQLite file to bring in. */
  file: string
  /** Whether it may take the place of data that is there. */
  replace: boolean
  app: AppSchema
  lease: Lease
  timing: HoldTiming
  now: () => number
  /** Told where the database is that was restored from the bucket; throws where it may not count. */
  compare?(restored: string, signal: AbortSignal): Promise<void>
}

export type Seeded = Examined & {
  epoch: number
  /** The epoch that was restorable before; 0 if none was, or a replica without epochs. */
  before: number
  hadData: boolean
}

/**
 * Brings a SQLite file into the bucket as a new epoch. Until that is complete and was restored once,
 * what was restorable before stays so, whatever happens.
 *
 * @throws {Error} if it can't be; nothing has changed then
 */
export async function seedEpoch(seeding: Seeding, context: Context): Promise<Seeded> {
  const { file, app, lease, timing } = seeding
  const { progress, signal } = context
  using folder = temporaryFolder(join(tmpdir(), 'streamkeeper-seed-'))
  const copy = join(folder.path, 'app.db')
  await takeCopy(file, copy)
  const examined = await prepareCopy(copy, file, app, progress)
  // Asks nobody to step down for what will be refused.
  await lease.read()
  await refuseData(seeding, context)
  return await withLease(lease, timing, context, async ({ before, epoch }) => {
    const hadData = await refuseData(seeding, context)
    await whileKeeping(lease, timing, signal, async (kept) => {
      const restored = await upload(copy, examined, epoch, { ...context, signal: kept })
      await seeding.compare?.(restored, kept)
      kept.throwIfAborted()
    })
    if (!lease.isValid || !(await lease.publishEpoch(seeding.now()))) throw new LeaseLost()
    return { ...examined, epoch, before: before.lease.restorable, hadData }
  })
}

/**
 * @returns whether there is any data
 * @throws {Error} if there is, or was, and it may not be replaced
 */
export async function refuseData(
  { replace }: Pick<Seeding, 'replace'>,
  { store, url }: Pick<Context, 'store' | 'url'>,
): Promise<boolean> {
  const objects = await store.list('')
  const hasData = objects.some(({ name }) => name !== leaseName)
  if (replace) return hasData
  // What is missing comes first: it may only be hidden, and --replace would take its place.
  const { problem } = await survey({ store, url })
  if (problem && !(problem instanceof NoReplica)) throw problem
  if (hasData) {
    throw new Error(
      'There is data in the bucket already: look at it with `npx streamkeeper history`, and let the file take its place with --replace.',
    )
  }
  return false
}

/** @returns what was restored from there */
async function upload(
  copy: string,
  examined: Examined,
  epoch: number,
  context: Context,
): Promise<string> {
  const { signal, progress } = context
  const url = epochUrl(context.url, epoch)
  // A second for each 100 KB: who is slower than that takes an upload that hangs for one that doesn't.
  const stallMs = 60_000 + examined.bytes / 100
  const words = () => `Uploading ${bytesInWords(examined.bytes)} to ${epochName(epoch)}`
  await progress.during(words, replicateOnce(copy, url, { signal, stallMs }))
  // A check in this thread would take longer than the lease is valid.
  const restored = `${copy}.back`
  const back = await restoreAndExamine(url, restored, context, { look: examineApart })
  if (!back) throw new ReplicationProblem('replica-damaged', url, 'nothing was uploaded')
  mustBeSound(back, url)
  const [sent, received] = [examined, back].map(({ tables }) => JSON.stringify(tables))
  if (sent !== received)
    throw new ReplicationProblem('replica-damaged', url, `${received}, not ${sent}`)
  return restored
}

import { atOnce } from '../at-once.ts'
import { epochName } from '../stores/epochs.ts'
import { type ProblemCode, ReplicationProblem } from '../stores/problem.ts'
import type { Listed, Store } from '../stores/store.ts'
import { copiedFiles } from './copied-files.ts'
import { bytesOf, type LtxFile, listNeededFiles, newestIn } from './ltx-files.ts'
import { restorePlan } from './restore-plan.ts'

const mostAtOnce = 16
const mostPlans = 3
// What Litestream 0.5.17 leaves in Cloud Storage in a day, single uploads that it has not gathered, would take
// minutes to copy. 0.5.18 leaves some hundreds at most.
const mostFiles = 1_000

// Of a bucket that may take an upload all the same.
const refusals: ProblemCode[] = ['bucket-refuses', 'permission-denied', 'policy-violation']

/**
 * An epoch can't begin as a copy of another: it takes a full upload, to an epoch of another number. What
 * was asked of the bucket here may still take effect, and its transactions are not those of an upload.
 */
export class CantContinue extends Error {}

/**
 * Begins epoch `to` as a copy, made inside the bucket, of what epoch `from` needs to be restored and
 * continued. What was cut off by a bucket that failed goes on when it is called again.
 *
 * @param since the time of the oldest change that may be in no snapshot yet, in milliseconds since 1970
 * @returns the newest transaction, how many files there are, and their bytes
 * @throws {ReplicationProblem} if the bucket fails
 * @throws {CantContinue} if there can be no such copy
 */
export async function copyEpoch(
  store: Store,
  from: number,
  to: number,
  since = Number.NEGATIVE_INFINITY,
): Promise<{ txid: number; files: number; bytes: number }> {
  let [source, target] = await Promise.all([listSource(store, from), listEpoch(store, to)])
  target = await detailed(store, target, source, to)
  const ours = new Set(copiesAmong(target, source))
  // What was copied before it was cut off may be compacted, and so left out, by now.
  if (ours.size < target.size) {
    const all = [...(await listEpoch(store, from)).values()]
    target = await detailed(store, target, all, to)
    for (const name of copiesAmong(target, all)) ours.add(name)
  }
  for (let plan = 1; plan <= mostPlans; plan++) {
    if (plan > 1) source = await listSource(store, from)
    refuseOthers(target, ours, to)
    const needed = copiedFiles(source)
    if (!needed) continue
    await refuseOverdue(store, source, from, since)
    if (needed.length > mostFiles) {
      throw new CantContinue(`${epochName(from)} has ${needed.length} files to copy.`)
    }
    for (const { name } of needed) ours.add(name)
    await bring(store, needed, { from, to, target })
    target = await detailed(store, await listEpoch(store, to), needed, to)
    if (isCopy(needed, target)) return summary(needed)
  }
  throw new CantContinue(
    `In ${mostPlans} looks, ${epochName(from)} had no files without a gap that could be copied whole.`,
  )
}

async function listSource(store: Store, epoch: number): Promise<LtxFile[]> {
  const folder = `${epochName(epoch)}/`
  return (await listNeededFiles(store, folder)).map((file) => inFolder(file, folder))
}

/** By their names in the epoch. */
type Files = Map<string, Listed>

async function listEpoch(store: Store, epoch: number): Promise<Files> {
  const folder = `${epochName(epoch)}/`
  const objects = (await store.list(folder)).map((object) => inFolder(object, folder))
  // An empty folder.
  const files = objects.filter(({ name }) => name !== '' && !name.endsWith('/'))
  return new Map(files.map((file) => [file.name, file]))
}

function inFolder<T extends Listed>(object: T, folder: string): T {
  return { ...object, name: object.name.slice(folder.length) }
}

/** The files, those that don't look like the originals with their details. */
async function detailed(
  store: Store,
  target: Files,
  source: readonly Listed[],
  to: number,
): Promise<Files> {
  const folder = `${epochName(to)}/`
  const unlike = source.flatMap((file) => {
    const copy = target.get(file.name)
    return copy && !isSame(file, copy) ? [{ ...copy, name: `${folder}${copy.name}` }] : []
  })
  const found = (await store.details(unlike)).map((file) => inFolder(file, folder))
  return new Map([...target, ...found.map((file) => [file.name, file] as const)])
}

function copiesAmong(target: Files, source: readonly Listed[]): string[] {
  return source.filter((file) => isSame(file, target.get(file.name))).map(({ name }) => name)
}

function refuseOthers(target: Files, ours: ReadonlySet<string>, to: number): void {
  const other = target.keys().find((name) => !ours.has(name))
  if (other !== undefined) {
    throw new CantContinue(`${epochName(to)}/${other} is there, and no copy.`)
  }
}

// Litestream makes a snapshot when a certain hour comes, so never where no instance runs then. Without one,
// a restore reads ever more, and what was deleted stays in each copy.
async function refuseOverdue(
  store: Store,
  source: readonly LtxFile[],
  from: number,
  since: number,
): Promise<void> {
  const [whole, ...changes] = restorePlan(source) ?? []
  const oldest = changes.find(({ max }) => max > (whole?.max ?? 0))
  if (!oldest) return
  const [file] = await store.details([{ ...oldest, name: `${epochName(from)}/${oldest.name}` }])
  if (!file || file.at >= since) return
  throw new CantContinue(
    `${epochName(from)} has changes of ${new Date(file.at).toISOString()} that are in no snapshot`,
  )
}

async function bring(
  store: Store,
  needed: LtxFile[],
  { from, to, target }: { from: number; to: number; target: Files },
): Promise<void> {
  const names = new Set(needed.map(({ name }) => name))
  const extra = [...target.keys()].filter((name) => !names.has(name))
  const missing = needed.filter((file) => !isSame(file, target.get(file.name)))
  const copy = async ({ name }: LtxFile) => {
    // It is gone where Litestream has compacted it meanwhile: the comparison finds it missing.
    await store.copy(`${epochName(from)}/${name}`, `${epochName(to)}/${name}`).catch(ifRefused)
  }
  // First the end: what is cut off then has a gap, and is never taken for a replica that ends earlier.
  const end = newestIn(needed)
  const isEnd = ({ level, max }: LtxFile) => level === 0 && max === end
  await atOnce(mostAtOnce, missing.filter(isEnd), copy)
  await atOnce(
    mostAtOnce,
    missing.filter((file) => !isEnd(file)),
    copy,
  )
  await atOnce(mostAtOnce, extra, (name) => store.remove(`${epochName(to)}/${name}`))
}

function ifRefused(error: unknown): never {
  if (error instanceof ReplicationProblem && refusals.includes(error.code)) {
    throw new CantContinue(`The bucket does not copy: ${error.message}`)
  }
  throw error
}

function isCopy(needed: LtxFile[], target: Files): boolean {
  return (
    target.size === needed.length && needed.every((file) => isSame(file, target.get(file.name)))
  )
}

function isSame(original: Listed, copy: Listed | undefined): boolean {
  if (!copy || copy.checksum === null) return false
  return copy.size === original.size && copy.checksum === original.checksum
}

function summary(files: LtxFile[]): { txid: number; files: number; bytes: number } {
  return { txid: newestIn(files), files: files.length, bytes: bytesOf(files) }
}

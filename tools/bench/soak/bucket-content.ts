import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Bucket } from '../../../e2e/support/bucket.ts'
import type { Row } from '../support/table.ts'

const minute = 60_000
// Litestream compacts every 5 s, when the bucket answers.
const uncompactedMs = 3 * minute

const listing = z.object({
  items: z
    .array(z.object({ name: z.string(), size: z.coerce.number(), timeCreated: z.coerce.date() }))
    .default([]),
  nextPageToken: z.string().optional(),
})

export type Stored = z.infer<typeof listing>['items'][number]

/** All objects in the bucket; to be called while the bucket is well. */
export async function listBucket(bucket: Bucket): Promise<Stored[]> {
  const all: Stored[] = []
  let page = ''
  do {
    const answer = await fetch(`${objectsOf(bucket)}?pageToken=${encodeURIComponent(page)}`)
    const { items, nextPageToken = '' } = listing.parse(await answer.json())
    all.push(...items)
    page = nextPageToken
  } while (page)
  return all
}

/** Copies all objects to a folder, for whoever has to find out what went wrong. */
export async function saveBucket(bucket: Bucket, folder: string): Promise<void> {
  for (const { name } of await listBucket(bucket)) {
    const answer = await fetch(`${objectsOf(bucket)}/${encodeURIComponent(name)}?alt=media`)
    // Compaction may have removed it meanwhile.
    if (!answer.ok) continue
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, Buffer.from(await answer.arrayBuffer()))
  }
}

/** The level of an epoch's object: 0 for single uploads, 9 for complete copies; null for others. */
export function levelOf({ name }: Pick<Stored, 'name'>): number | null {
  const level = /\/epoch-\d{8}\/ltx\/(\d+)\/[0-9a-f]{16}-[0-9a-f]{16}\.ltx$/.exec(name)?.[1]
  return level === undefined ? null : Number(level)
}

export function epochOf({ name }: Pick<Stored, 'name'>): number | null {
  const epoch = /\/epoch-(\d{8})\//.exec(name)?.[1]
  return epoch === undefined ? null : Number(epoch)
}

/** What is in the bucket, by whose it is and by Litestream's level. */
export function rowsOf(all: readonly Stored[], epoch: number, now: number): Row[] {
  const groups = Map.groupBy(all, (object) => {
    const of = epochOf(object)
    const whose = of === null ? 'no epoch' : of === epoch ? 'the newest' : 'obsolete'
    return `${whose},${levelOf(object) ?? '-'}`
  })
  return [...groups].toSorted().map(([key, objects]) => {
    const [whose = '', level = ''] = key.split(',')
    const epochs = new Set(objects.map(epochOf)).size
    const MB = objects.reduce((sum, { size }) => sum + size, 0) / 1e6
    const oldest = { 'oldest min': ageOf(objects, now) / minute }
    return { objects: whose, epochs, level, count: objects.length, MB, ...oldest }
  })
}

/**
 * What neither the retention nor the compaction explains.
 *
 * @param epoch the one that is led
 */
export function unexplained(all: readonly Stored[], epoch: number, now: number): string[] {
  const problems: string[] = []
  const strange = all.filter(
    (object) => levelOf(object) === null && !/\/lease\.json$/.test(object.name),
  )
  if (strange.length > 0) {
    problems.push(`the bucket has ${strange.length} objects of unknown use, as ${strange[0]?.name}`)
  }
  const ofEpoch = (level: number) =>
    all.filter((object) => epochOf(object) === epoch && levelOf(object) === level)
  const compacted = [...ofEpoch(1), ...ofEpoch(9)].map(lastTxid).toSorted().at(-1) ?? ''
  const ageMs = ageOf(
    ofEpoch(0).filter((object) => lastTxid(object) > compacted),
    now,
  )
  if (ageMs > uncompactedMs) {
    problems.push(`an upload that was not compacted is ${ageMs / minute} minutes old`)
  }
  return problems
}

function lastTxid({ name }: Stored): string {
  return name.slice(-'0000000000000000.ltx'.length)
}

function ageOf(objects: readonly Stored[], now: number): number {
  return now - objects.reduce((oldest, { timeCreated }) => Math.min(oldest, +timeCreated), now)
}

function objectsOf({ environment, replicaUrl }: Bucket): string {
  const name = new URL(replicaUrl).host
  return `http://${environment.STORAGE_EMULATOR_HOST}/storage/v1/b/${name}/o`
}

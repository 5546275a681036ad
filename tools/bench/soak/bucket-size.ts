import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Bucket } from '../../../e2e/support/bucket.ts'

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

function objectsOf({ environment, replicaUrl }: Bucket): string {
  const name = new URL(replicaUrl).host
  return `http://${environment.STORAGE_EMULATOR_HOST}/storage/v1/b/${name}/o`
}

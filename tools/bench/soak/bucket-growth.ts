import { epochOf, levelOf, type Stored } from './bucket-size.ts'

const minute = 60_000
// Litestream compacts every 5 s, when the bucket answers.
const uncompactedMs = 3 * minute

export const headings = 'objects,epochs,level,count,MB,oldest min'.split(',')

/** What is in the bucket, by whose it is and by Litestream's level. */
export function rowsOf(all: readonly Stored[], epoch: number, now: number): (string | number)[][] {
  const groups = new Map<string, Stored[]>()
  for (const object of all) {
    const of = epochOf(object)
    const whose = of === null ? 'no epoch' : of === epoch ? 'the newest' : 'obsolete'
    const key = `${whose},${levelOf(object) ?? '-'}`
    groups.set(key, [...(groups.get(key) ?? []), object])
  }
  return [...groups].toSorted().map(([key, objects]) => {
    const [whose = '', level = ''] = key.split(',')
    const epochs = new Set(objects.map(epochOf)).size
    const bytes = objects.reduce((sum, { size }) => sum + size, 0)
    return [whose, epochs, level, objects.length, bytes / 1e6, ageOf(objects, now) / minute]
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

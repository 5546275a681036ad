type File = { level: number; min: number; max: number }

/**
 * How many objects Litestream reads to restore the newest state: the newest snapshot, and then always
 * the one that goes furthest of those that begin at or before the transaction that is missing.
 *
 * @param names of objects, of one epoch
 */
export function restoreReads(names: readonly string[]): number {
  const files = names.flatMap((name) => parse(name) ?? [])
  const isSnapshot = ({ level }: File) => level === 9
  let reached = Math.max(0, ...files.filter(isSnapshot).map(({ max }) => max))
  let reads = reached > 0 ? 1 : 0
  const rest = files
    .filter(({ level, max }) => level !== 9 && max > reached)
    .sort((one, other) => one.min - other.min)
  for (let index = 0; index < rest.length; reads++) {
    let furthest = reached
    while ((rest[index]?.min ?? Number.POSITIVE_INFINITY) <= reached + 1) {
      furthest = Math.max(furthest, rest[index]?.max ?? 0)
      index++
    }
    if (furthest === reached) break
    reached = furthest
  }
  return reads
}

function parse(name: string): File | null {
  const [, level, min, max] = /\/ltx\/(\d)\/([0-9a-f]{16})-([0-9a-f]{16})\.ltx$/.exec(name) ?? []
  if (level === undefined || min === undefined || max === undefined) return null
  return { level: Number(level), min: Number.parseInt(min, 16), max: Number.parseInt(max, 16) }
}

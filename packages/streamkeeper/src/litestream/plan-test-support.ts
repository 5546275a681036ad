import fc from 'fast-check'
import type { LtxFile } from './ltx-files.ts'

/** A file of Litestream's, as a list has it. */
export function file(level: number, min: number, max: number, size = 100): LtxFile {
  const name = `ltx/${level}/${hex(min)}-${hex(max)}.ltx`
  return { name, level, min, max, size, at: 0, checksum: name }
}

function hex(txid: number): string {
  return txid.toString(16).padStart(16, '0')
}

/** What happens in an epoch. */
export type Step =
  | { do: 'write'; size: number }
  | { do: 'compact'; level: 1 | 2 | 3 }
  | { do: 'snapshot' }
  | { do: 'forget-uploads' }
  | { do: 'forget-snapshots' }

export const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.nat(300_000).map((size): Step => ({ do: 'write', size })) },
    { weight: 5, arbitrary: fc.constantFrom<Step[]>(...compactions()) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'snapshot' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'forget-uploads' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'forget-snapshots' }) },
  ),
  { maxLength: 80, size: 'max' },
)

function compactions(): Step[] {
  return ([1, 1, 1, 2, 2, 3] as const).map((level) => ({ do: 'compact', level }))
}

/** What Litestream may leave in an epoch. */
export const histories = steps.map((all) =>
  all.reduce(after, [file(0, 1, 1, 500_000)] as LtxFile[]),
)

/**
 * The files after a step, as Litestream 0.5.18 takes it.
 *
 * @throws {Error} if it would refuse
 */
export function after(files: readonly LtxFile[], step: Step): LtxFile[] {
  const newest = endOf(files)
  switch (step.do) {
    case 'write':
      return [...files, file(0, newest + 1, newest + 1, step.size)]
    case 'compact':
      return compacted(files, step.level)
    case 'snapshot':
      return endOf(at(files, 9)) < newest ? [...files, file(9, 1, newest, 500_000)] : [...files]
    case 'forget-uploads': {
      const covered = Math.min(endOf(at(files, 1)), newest - 1)
      return files.filter(({ level, max }) => level > 0 || max > covered)
    }
    case 'forget-snapshots':
      return withoutSnapshots(files)
  }
}

// Long after them, so that what is older is compacted by then.
function withoutSnapshots(files: readonly LtxFile[]): LtxFile[] {
  const later = [1, 2, 3].reduce(compacted, [...files])
  const [last, before] = at(later, 9).toReversed()
  const isKept = ({ level, max }: LtxFile) =>
    level === 0 || max >= (before?.max ?? 0) || max === endOf(at(later, level))
  return later.filter((file) => (file.level === 9 ? file === last : isKept(file)))
}

// https://github.com/benbjohnson/litestream/blob/v0.5.18/compactor.go (Compact)
function compacted(files: readonly LtxFile[], level: number): LtxFile[] {
  const sources = at(files, level - 1).filter(({ min }) => min > endOf(at(files, level)))
  const [first] = sources
  if (!first) return [...files]
  for (const [index, { min }] of sources.entries()) {
    const previous = sources[index - 1]
    if (previous && min > previous.max + 1) throw new Error(`level ${level} has a gap at ${min}`)
  }
  const size = sources.reduce((bytes, { size }) => bytes + size, 0)
  return [...files, file(level, first.min, endOf(sources), Math.ceil(size * 0.7))]
}

function at(files: readonly LtxFile[], level: number): LtxFile[] {
  return files
    .filter((file) => file.level === level)
    .toSorted((one, other) => one.min - other.min || one.max - other.max)
}

function endOf(files: readonly LtxFile[]): number {
  return Math.max(0, ...files.map(({ max }) => max))
}

/**
 * What Litestream reads for a restore, one step after another as it does.
 * https://github.com/benbjohnson/litestream/blob/v0.5.18/replica.go (CalcRestorePlan)
 *
 * @throws {Error} if it would refuse
 */
export function litestreamReads(files: readonly LtxFile[]): LtxFile[] {
  const plan = at(files, 9).slice(-1)
  for (;;) {
    const reached = endOf(plan)
    const [next] = files
      .filter(({ level, min, max }) => level < 9 && min <= reached + 1 && max > reached)
      .toSorted((a, b) => b.max - a.max || a.min - b.min || b.level - a.level)
    if (next) plan.push(next)
    else if (endOf(files) > reached) throw new Error('non-contiguous ltx files')
    else return plan
  }
}

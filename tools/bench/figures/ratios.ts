import type { Row } from '../support/table.ts'
import { type Figures, rowsOf } from './figures.ts'

type Comparison = {
  bench: string
  figure: string
  /** The headings whose values name a row. */
  names: string[]
  isLessBetter?: boolean
  /** The heading of what the figure is divided by: in the same row, */
  over?: string
  /** or in the rows of its peers, which have one of these values there, and the same under `same`. */
  peers?: { by: string; are: (string | number)[]; of?: string; same: string[] }
}

const comparisons: Comparison[] = [
  {
    bench: 'pages',
    figure: 'requests/s',
    names: ['page', 'million rows'],
    peers: {
      by: 'server',
      are: ['bare Next', 'node:http', 'Go sample, WAL'],
      of: 'this app',
      same: ['million rows'],
    },
  },
  {
    bench: 'visits',
    figure: 'visits/s',
    names: ['million rows'],
    peers: { by: 'million rows', are: [0], same: [] },
  },
  {
    bench: 'growing',
    figure: 'a second',
    names: ['what', 'at once'],
    peers: { by: 'data on', are: ['PostgreSQL'], same: ['what', 'at once'] },
  },
  {
    bench: 'durable',
    figure: 'writes/s',
    names: ['added ms', 'writers'],
    peers: { by: 'writers', are: ['local'], same: ['added ms'] },
  },
  {
    bench: 'cold-start',
    figure: 'first page s',
    names: ['MB'],
    isLessBetter: true,
    peers: { by: 'MB', are: ['no app'], same: [] },
  },
  {
    bench: 'handover',
    figure: 'write gap ms',
    names: ['MB'],
    isLessBetter: true,
    over: 'first write s',
  },
  {
    bench: 'memory',
    figure: 'peak MB',
    names: ['MB', 'limit MiB'],
    isLessBetter: true,
    over: 'limit MiB',
  },
]

type Ratio = { what: string; ratio: number; isLessBetter: boolean }

/** Each bench's figures, relative to its peers in the same run: they don't depend on the machine. */
export function ratiosOf(figures: Figures): Ratio[] {
  return comparisons.flatMap((comparison) => {
    const { bench, figure, names, isLessBetter = false } = comparison
    const all = rowsOf(figures, bench)
    return measuredIn(all, comparison).flatMap((row) => {
      const ratio = Number(row[figure]) / divisorOf(row, all, comparison)
      const what = `${bench}, ${names.map((name) => `${name} ${row[name]}`).join(', ')}: ${figure}`
      return Number.isFinite(ratio) ? [{ what, ratio, isLessBetter }] : []
    })
  })
}

function measuredIn(all: Row[], { peers }: Comparison): Row[] {
  if (!peers) return all
  const { by, are, of } = peers
  return all.filter((row) => (of ? row[by] === of : !are.includes(row[by] ?? '')))
}

function divisorOf(row: Row, all: Row[], { figure, over, peers }: Comparison): number {
  if (!peers) return Number(row[over ?? ''])
  const isPeer = (other: Row) =>
    peers.are.includes(other[peers.by] ?? '') &&
    peers.same.every((heading) => other[heading] === '-' || other[heading] === row[heading])
  return geometricMean(all.filter(isPeer).map((peer) => Number(peer[figure])))
}

// One peer that was disturbed says little among the others, and a slow one as much as a fast one.
function geometricMean(values: number[]): number {
  const logs = values.map(Math.log)
  return Math.exp(logs.reduce((sum, value) => sum + value, 0) / values.length)
}

export type Change = { what: string; before: number; now: number; verdict: string }

/**
 * How each ratio of an earlier run has changed.
 *
 * @param tolerance by which part one may be worse, as 0.25
 */
export function compare(before: Ratio[], now: Ratio[], tolerance: number): Change[] {
  return before.map(({ what, ratio, isLessBetter }) => {
    const other = now.find((one) => one.what === what)?.ratio
    if (other === undefined)
      return { what, before: ratio, now: Number.NaN, verdict: 'not measured' }
    const speed = isLessBetter ? ratio / other : other / ratio
    return { what, before: ratio, now: other, verdict: verdictOn(speed, tolerance) }
  })
}

function verdictOn(speed: number, tolerance: number): string {
  if (speed < 1 - tolerance) return 'slower'
  return speed > 1 / (1 - tolerance) ? 'faster' : 'same'
}

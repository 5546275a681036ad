import { percentile } from '../support/table.ts'
import type { Vitals } from './vitals.ts'

type Measure = {
  name: string
  of: (vitals: Vitals) => number
  /** By how much a healthy instance may be above its early level late in its life. */
  mayGrow: (early: number) => number
}

// A heap is not collected before that pays, so its level says little in small steps.
const memory = (early: number) => Math.max(60, early * 0.5)
const few = () => 30

const measures: Measure[] = [
  { name: 'server, MB', of: ({ server }) => server.megabytes, mayGrow: memory },
  { name: 'server, files', of: ({ server }) => server.files, mayGrow: few },
  { name: 'server, sockets', of: ({ server }) => server.sockets, mayGrow: few },
  { name: 'Litestream, MB', of: ({ litestream }) => litestream.megabytes, mayGrow: memory },
  { name: 'Litestream, files', of: ({ litestream }) => litestream.files, mayGrow: few },
  { name: 'Litestream, sockets', of: ({ litestream }) => litestream.sockets, mayGrow: few },
  // Litestream lets the log begin anew when it has 1,000 pages of 4 KB, if nothing reads it just then.
  { name: 'WAL, MB', of: ({ walMegabytes }) => walMegabytes, mayGrow: () => 30 },
  { name: 'disk, MB', of: ({ diskMegabytes }) => diskMegabytes, mayGrow: () => 100 },
]

export type Growth = {
  measure: string
  early: number
  late: number
  most: number
  isTooMuch: boolean
}

/** The level early in a life, after the first fifth of it, and in its last fifth: medians. */
export function growthOf(samples: readonly Vitals[]): Growth[] {
  const lifeMs = samples.at(-1)?.ageMs ?? 0
  const between = (from: number, to: number) =>
    samples.filter(({ ageMs }) => ageMs >= lifeMs * from && ageMs <= lifeMs * to)
  return measures.map(({ name, of, mayGrow }) => {
    const early = percentile(between(0.2, 0.4).map(of), 0.5)
    const late = percentile(between(0.8, 1).map(of), 0.5)
    const most = Math.max(...samples.map(of))
    return { measure: name, early, late, most, isTooMuch: late - early > mayGrow(early) }
  })
}

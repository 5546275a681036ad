import { z } from 'zod'
import { runInside } from '../support/containers.ts'
import { percentile } from '../support/table.ts'
import type { Fleet, Instance } from './fleet.ts'

const process = z.object({ megabytes: z.number(), files: z.number(), sockets: z.number() })

const schema = z.object({
  server: process,
  litestream: process,
  walMegabytes: z.number(),
  diskMegabytes: z.number(),
})

/** What an instance uses at one moment of its life. */
export type Vitals = z.infer<typeof schema> & { ageMs: number }

// Runs inside, as another machine may run the containers.
const script = `
  const path = require('path')
  const use = {}
  for (const pid of fs.readdirSync('/proc').filter(Number)) try {
    const command = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8')
    const name = command.startsWith('node\\0server.js') ? 'server'
      : command.startsWith('litestream\\0replicate') ? 'litestream' : null
    if (!name) continue
    const links = fs.readdirSync('/proc/' + pid + '/fd').map((fd) => {
      try { return fs.readlinkSync('/proc/' + pid + '/fd/' + fd) } catch { return '' }
    })
    const status = fs.readFileSync('/proc/' + pid + '/status', 'utf8')
    const sockets = links.filter((link) => link.startsWith('socket:')).length
    const megabytes = Number(/VmRSS:\\s+(\\d+)/.exec(status)[1]) / 1000
    use[name] = { megabytes, files: links.length - sockets, sockets }
  } catch {}
  const size = (file) => { try { return fs.statSync(file).size / 1e6 } catch { return 0 } }
  const files = fs.readdirSync('/data', { recursive: true }).map((name) => path.join('/data', name))
  console.log(JSON.stringify({
    ...use,
    walMegabytes: size('/data/app.db-wal'),
    diskMegabytes: files.reduce((sum, file) => sum + size(file), 0),
  }))`

/** Looks at instances now and then, over their lives. */
export class Watcher {
  readonly #samples = new Map<number, Vitals[]>()

  /** Looks at the instance that gets the requests; one that is just ending or frozen is left out. */
  async look({ current }: Fleet): Promise<void> {
    const { container, number, bornMs } = current
    const text = await runInside(container, script).catch(() => '{}')
    const { success, data } = schema.safeParse(JSON.parse(text))
    if (!success) return
    const ageMs = performance.now() - bornMs
    this.#samples.set(number, [...(this.#samples.get(number) ?? []), { ...data, ageMs }])
  }

  latest({ number }: Instance): Vitals | undefined {
    return this.#samples.get(number)?.at(-1)
  }

  /** What was seen of each instance. */
  get lives(): { number: number; lifeMs: number; samples: Vitals[] }[] {
    return [...this.#samples].map(([number, samples]) => {
      return { number, samples, lifeMs: samples.at(-1)?.ageMs ?? 0 }
    })
  }
}

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

type Growth = {
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

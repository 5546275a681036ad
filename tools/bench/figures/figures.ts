import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const row = z.record(z.string(), z.union([z.string(), z.number()]))
const bench = z.object({
  seconds: z.number(),
  /** Why it ended without all its tables. */
  error: z.string().optional(),
  tables: z.array(z.object({ title: z.string(), rows: z.array(row) })),
})
const figures = z.object({
  date: z.iso.date(),
  commit: z.string(),
  machine: z.object({ cores: z.number(), model: z.string(), node: z.string() }),
  benches: z.record(z.string(), bench),
})

/** What one run of the benches measured. */
export type Figures = z.infer<typeof figures>
export type Bench = z.infer<typeof bench>

/** Those of the current release. */
export const ofRelease = join(import.meta.dirname, '../figures.json')

/** @throws {Error} where the file isn't there, or holds something else */
export function readFigures(path: string): Figures {
  try {
    return figures.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const way = `npm run bench -- all --json ${path}`
    throw new Error(`${path} holds no figures; make them with ${way}.`, { cause })
  }
}

/** Writes a line for each row of a table. */
export function writeFigures(path: string, value: Figures): void {
  const digits = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value
  const rowsOnLines = JSON.stringify(value, digits, 2).replaceAll(/\{[^{}[\]]*\}/g, (object) =>
    object.replaceAll(/\s*\n\s*/g, ' '),
  )
  writeFileSync(path, `${rowsOnLines}\n`)
}

/** The rows of a bench's first table; none where it was not run, or failed. */
export function rowsOf({ benches }: Figures, name: string) {
  return benches[name]?.tables[0]?.rows ?? []
}

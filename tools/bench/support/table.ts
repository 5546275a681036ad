import { appendFileSync } from 'node:fs'

/** What was measured in one case, by the headings of the table. */
export type Row = Record<string, string | number>

/**
 * Prints rows as a table in Markdown. Where `FIGURES` names a file, they are kept there as well, a line of
 * JSON for each table.
 */
export function show(title: string, rows: Row[]): void {
  console.log(`\n${title}:\n\n${markdown(rows)}`)
  const { FIGURES } = process.env
  // JSON has no NaN, which is what nothing was measured for.
  const known = (_: string, value: unknown) => (Number.isNaN(value) ? '-' : value)
  if (FIGURES) appendFileSync(FIGURES, `${JSON.stringify({ title, rows }, known)}\n`)
}

/** A table in Markdown, numbers to the right. */
export function markdown(rows: Row[]): string {
  const columns = Object.keys(Object.assign({}, ...rows)).map((heading) => {
    const values = rows.map((row) => row[heading] ?? '-')
    const cells = [heading, ...values.map(format)]
    const width = Math.max(...cells.map(({ length }) => length))
    return values.some((value) => typeof value === 'number')
      ? { rule: `${'-'.repeat(width - 1)}:`, cells: cells.map((cell) => cell.padStart(width)) }
      : { rule: '-'.repeat(width), cells: cells.map((cell) => cell.padEnd(width)) }
  })
  const line = (at: number) => `| ${columns.map(({ cells }) => cells[at]).join(' | ')} |`
  const rule = `| ${columns.map((column) => column.rule).join(' | ')} |`
  return [line(0), rule, ...rows.map((_, at) => line(at + 1))].join('\n')
}

/** A number with three digits, or with all before the point. */
export function format(value: string | number): string {
  if (typeof value === 'string') return value
  if (Number.isNaN(value)) return '-'
  return value >= 100
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(3)))
}

/** @param part from 0 to 1: 0.5 for the median */
export function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}

/** The numbers of a variable of the environment, as in `0,1,10`. */
export function numbers(name: string, otherwise: string): number[] {
  return (process.env[name] ?? otherwise).split(',').map(Number)
}

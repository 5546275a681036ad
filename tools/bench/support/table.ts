/** Prints rows under their headings as a table in Markdown, numbers to the right. */
export function printTable(headings: string[], rows: (string | number)[][]): void {
  const cells = [headings, ...rows.map((row) => row.map(format))]
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  const line = (row: string[], pad: 'padStart' | 'padEnd') =>
    `| ${row.map((cell, column) => cell[pad](widths[column] ?? 0)).join(' | ')} |`
  console.log(line(headings, 'padStart'))
  console.log(`|${widths.map((width) => `${'-'.repeat(width + 1)}:`).join('|')}|`)
  for (const row of cells.slice(1)) console.log(line(row, 'padStart'))
}

function format(value: string | number): string {
  if (typeof value === 'string') return value
  return value >= 100
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toPrecision(3)))
}

/** @param part from 0 to 1: 0.5 for the median */
export function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}

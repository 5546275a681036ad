import { markdown, type Row } from '../support/table.ts'
import { type Chart, draw, type Scheme } from './chart.ts'
import { type Figures, rowsOf } from './figures.ts'

const tableOfPages = [
  { server: 'this app', page: '/guestbook', name: 'this app, the guestbook' },
  { server: 'this app', page: '/', name: 'this app, the counted page' },
  { server: 'this app', page: '/ in plain text', name: 'this app, `curl`: a counted line of text' },
  { server: 'Go sample, WAL', page: '/ in plain text', name: 'the Go original, WAL' },
  { server: 'Go sample, DELETE', page: '/ in plain text', name: 'the Go original, DELETE' },
  { server: 'node:http', page: '/', name: '`node:http`, the counted page' },
  { server: 'node:http', page: '/ in plain text', name: '`node:http`, a counted line of text' },
  { server: 'bare Next', page: 'the time', name: 'Next.js, a page with the time' },
] as const

const schemes: Scheme[] = ['light', 'dark']

/** What the documents show of the figures: the names of files, and what is in them between the marks. */
export function tablesFor(figures: Figures): Record<string, string> {
  const { date, machine, commit } = figures
  const run = `${date}, ${machine.cores} cores, Node ${machine.node.slice(1)}, \`${commit}\``
  const made = `${run}: \`npm run bench -- all --json\``
  return {
    'README.md': `${markdown(requestsByRows(figures))}\n\n${made}.`,
    'docs/performance.md': `${markdown(rowsOf(figures, 'pages'))}\n\n${made}.`,
  }
}

/** Requests a second of each server, by the rows of its table. */
function requestsByRows(figures: Figures): Row[] {
  const all = rowsOf(figures, 'pages')
  return tableOfPages.map(({ server, page, name }) => {
    const of = all.filter((row) => row.server === server && row.page === page)
    const at = (million: number) =>
      of.find((row) => row['million rows'] === million || row['million rows'] === '-') ?? {}
    return {
      'requests a second, 16 clients': name,
      'no rows': at(0)['requests/s'] ?? '-',
      '1 million': at(1)['requests/s'] ?? '-',
      '10 million': at(10)['requests/s'] ?? '-',
      'p99 ms, no rows': at(0)['p99 ms'] ?? '-',
      'failed requests': of.reduce((sum, { failed }) => sum + Number(failed), 0),
    }
  })
}

/** The charts, by the names of their files. */
export function chartsFor(figures: Figures): Record<string, string> {
  const charts = { throughput: throughput(figures), handover: handover(figures) }
  return Object.fromEntries(
    Object.entries(charts).flatMap(([name, chart]) =>
      schemes.map((scheme) => [`docs/${name}-${scheme}.svg`, draw(chart, scheme)]),
    ),
  )
}

function throughput(figures: Figures): Chart {
  const all = rowsOf(figures, 'pages')
  const counts = [...new Set(all.map((row) => row['million rows']))].filter((one) => one !== '-')
  const shown = tableOfPages.filter(({ server }) => server !== 'bare Next')
  return {
    title: 'Throughput by the number of visits counted before',
    unit: 'requests a second, 16 clients',
    labels: counts.map((million) => (million === 0 ? 'no rows' : `${million} million`)),
    lines: shown.map(({ server, page }) => ({
      name: `${server}, ${page}`.replace(', / in plain text', ', text'),
      values: counts.map((million) => {
        const isIt = (row: Row) =>
          row.server === server && row.page === page && row['million rows'] === million
        return Number(all.find(isIt)?.['requests/s'])
      }),
    })),
    isLogarithmic: true,
  }
}

function handover(figures: Figures): Chart {
  const rows = rowsOf(figures, 'handover')
  const line = (name: string, heading: string, factor = 1) => {
    return { name, values: rows.map((row) => Number(row[heading]) * factor) }
  }
  return {
    title: 'Handover by the size of the database',
    unit: 'milliseconds without an acknowledged write, or an answered read',
    labels: rows.map((row) => `${row.MB} MB`),
    lines: [
      line('deploy: writes', 'write gap ms'),
      line('deploy: reads', 'read gap ms'),
      line('crash: writes', 'crash: write gap s', 1_000),
    ],
  }
}

const marks = /(<!-- figures: npm run bench -- publish -->\n)[\s\S]*?(\n<!-- \/figures -->)/

/**
 * A document with this between its marks.
 *
 * @throws {Error} if it has no marks
 */
export function withTable(document: string, table: string): string {
  if (!marks.test(document)) throw new Error('The document has no marks for the figures.')
  return document.replace(marks, (_, begin, end) => `${begin}\n${table}\n${end}`)
}

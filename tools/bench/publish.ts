/** Writes what the documents show of `figures.json`: two tables, and the charts. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chartsFor, tablesFor, withTable } from './figures/documents.ts'
import { ofRelease, readFigures } from './figures/figures.ts'

const root = join(import.meta.dirname, '../..')
const figures = readFigures(ofRelease)
const documents = Object.entries(tablesFor(figures)).map(([name, table]) => {
  return [name, withTable(readFileSync(join(root, name), 'utf8'), table)] as const
})
for (const [name, text] of [...documents, ...Object.entries(chartsFor(figures))]) {
  writeFileSync(join(root, name), text)
  console.log(name)
}

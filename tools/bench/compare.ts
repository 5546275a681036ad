/**
 * Whether a release got slower: compares the figures of two runs of all benches, each relative to its
 * peers in the same run. Exit code 1 where a figure is worse by more than `TOLERANCE`, or is missing.
 */
import { reasonOf } from 'streamkeeper'
import { type Figures, readFigures } from './figures/figures.ts'
import { compare, ratiosOf } from './figures/ratios.ts'
import { show } from './support/table.ts'

const [before, now] = process.argv.slice(2)
const tolerance = Number(process.env.TOLERANCE ?? 0.25)
if (!before || !now) {
  console.error('usage: npm run bench -- compare OLD NEW, two files that bench -- all has written')
  process.exit(2)
}

const changes = compare(ratiosOf(figuresIn(before)), ratiosOf(figuresIn(now)), tolerance)
show('Ratios to the peers of the same run', changes)
const bad = changes.filter(({ verdict }) => verdict === 'slower' || verdict === 'not measured')
console.log(
  bad.length > 0
    ? `\n${bad.map(({ what, verdict }) => `${what}: ${verdict}`).join('\n')}`
    : `\nNothing got slower by more than ${tolerance * 100} %.`,
)
process.exitCode = bad.length > 0 ? 1 : 0

function figuresIn(path: string): Figures {
  try {
    return readFigures(path)
  } catch (error) {
    console.error(reasonOf(error))
    process.exit(2)
  }
}

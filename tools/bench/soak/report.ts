import { printTable } from '../support/table.ts'
import { headings as bucketHeadings, rowsOf } from './bucket-growth.ts'
import { epochOf, listBucket } from './bucket-size.ts'
import { Outcomes } from './outcomes.ts'
import { Recoveries } from './recoveries.ts'
import type { Soak } from './run.ts'
import { growthOf } from './vitals-growth.ts'

// A shorter life says nothing of growth, and one that is still shorter nothing at all.
const judgedMs = 4 * 60_000
const shownMs = 60_000

/** Prints all that was counted, as tables in Markdown; notes what grew too much. */
export async function report(soak: Soak): Promise<void> {
  const { recoveries, load, bucket } = soak
  console.log('\nFaults, and the time until the next entry was acknowledged:\n')
  printTable(Recoveries.headings, recoveries.rows)
  console.log('\nRequests:\n')
  printTable(Outcomes.headings, load.outcomes.rows)
  reportLives(soak)
  console.log('\nThe bucket:\n')
  const { epoch = 0, restorable = 0 } = (await bucket.lease()) ?? {}
  const all = await listBucket(bucket)
  printTable(bucketHeadings, rowsOf(all, restorable, Date.now()))
  console.log('\nObsolete epochs are kept for 24 hours: those of the whole run are there.')
  const written = new Set(all.map(epochOf).filter((number) => number !== null)).size
  const vain = epoch - written
  // A fault may end one before its first upload, but no instance goes on beginning them.
  if (vain > soak.fleet.started) {
    soak.findings.note(
      `${vain} of ${epoch} leaderships wrote nothing, with ${soak.fleet.started} instances`,
    )
  }
  console.log(`\n${epoch} leaderships, of which ${vain} wrote nothing. ${formatReport(soak)}`)
}

function reportLives({ watcher, findings }: Soak): void {
  const lives = watcher.lives.filter(({ lifeMs }) => lifeMs >= shownMs)
  const rows = lives.flatMap(({ number, lifeMs, samples }) =>
    growthOf(samples).map(({ measure, early, late, most, isTooMuch }) => {
      if (isTooMuch && lifeMs >= judgedMs) {
        const levels = `${early.toPrecision(3)} to ${late.toPrecision(3)}`
        findings.note(`instance ${number} grows: ${measure} from ${levels}`)
      }
      return [number, lifeMs / 60_000, measure, early, late, most]
    }),
  )
  console.log('\nWhat instances that lived for a while use, early and late in their lives:\n')
  printTable('instance,lived min,what,early,late,most'.split(','), rows)
}

function formatReport({ recoveries, load, fleet, checker }: Soak): string {
  const { last, times } = checker
  const counted = (number: number) => number.toLocaleString('en-US')
  return [
    `${counted(recoveries.total)} faults, ${fleet.started} instances`,
    `(${fleet.lateStops} stopped after more than 10 s).`,
    `${counted(load.ledger.count)} entries acknowledged, compared with ${times} restores;`,
    `the last had ${counted(last?.entries.length ?? 0)} entries and ${counted(last?.visits ?? 0)} visits.`,
  ].join(' ')
}

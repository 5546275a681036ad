import { show } from '../support/table.ts'
import { epochOf, listBucket, rowsOf } from './bucket-content.ts'
import type { Soak } from './run.ts'
import { growthOf } from './vitals.ts'

// A shorter life says nothing of growth, and one that is still shorter nothing at all.
const judgedMs = 4 * 60_000
const shownMs = 60_000

/** Prints how far the run is, on one line. */
export function showMinute(soak: Soak, stretch: string, minute: number): void {
  const { recoveries, load, checker, fleet, watcher, findings } = soak
  const { current } = fleet
  const megabytes = Math.round(watcher.latest(current)?.server.megabytes ?? 0)
  const facts = [
    `${recoveries.total} faults`,
    `${load.ledger.count} entries acknowledged`,
    `${checker.last?.entries.length ?? 0} restored`,
    `slowest recovery ${recoveries.slowest.toFixed(1)} s`,
    `instance ${current.number}${megabytes ? ` with ${megabytes} MB` : ''}`,
    `${findings.all.length} wrong`,
  ]
  console.log(`${String(minute).padStart(3)} min, ${stretch}: ${facts.join(', ')}`)
}

/** Prints all that was counted, as tables in Markdown; notes what grew too much. */
export async function report(soak: Soak): Promise<void> {
  const { recoveries, load, bucket } = soak
  show('Faults, and the time until the next entry was acknowledged', recoveries.rows)
  show('Requests', load.outcomes.rows)
  reportLives(soak)
  const { epoch = 0, restorable = 0 } = (await bucket.lease()) ?? {}
  const all = await listBucket(bucket)
  show('The bucket', rowsOf(all, restorable, Date.now()))
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
      const lived = { instance: number, 'lived min': lifeMs / 60_000 }
      return { ...lived, what: measure, early, late, most }
    }),
  )
  show('What instances that lived for a while use, early and late in their lives', rows)
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

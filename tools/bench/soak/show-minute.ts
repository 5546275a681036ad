import type { Soak } from './run.ts'
import type { Stretch } from './stretches.ts'

/** Prints how far the run is, on one line. */
export function showMinute(soak: Soak, { kind }: Stretch, minute: number): void {
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
  console.log(`${String(minute).padStart(3)} min, ${kind}: ${facts.join(', ')}`)
}

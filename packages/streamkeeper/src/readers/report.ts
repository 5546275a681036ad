import type { Lifecycle, Problem } from '../server/lifecycle.ts'
import { log } from '../server/log.ts'
import type { Change } from './follower.ts'
import { shownProblem } from './problem.ts'

/**
 * Returns what tells the lifecycle and the log what became of the copy. Requests wait while there is
 * none, and are refused with the reason where one is known.
 *
 * @param hasCopy whether there is something to read
 */
export function reportTo(lifecycle: Lifecycle, hasCopy: () => boolean): (change: Change) => void {
  let last: string | null = null
  const enter = (problem: Problem | null) =>
    lifecycle.enter(
      hasCopy() ? { name: 'following', problem } : { name: 'starting', step: 'restore', problem },
    )
  return (change) => {
    switch (change.kind) {
      case 'new':
        log('INFO', `Reading a copy of epoch ${change.epoch}.`, { ms: change.ms })
        if (change.isNewer) log('WARNING', 'The database was migrated by a newer release.')
        last = null
        return enter(null)
      case 'continued':
        return log('INFO', `The copy goes on with epoch ${change.epoch}.`)
      case 'broken':
        log('ERROR', `The copy broke, and is restored anew: ${change.reason}`)
        return enter(null)
      case 'well':
        if (last !== null) log('INFO', 'The copy is up to date again.')
        if (last !== null) enter(null)
        last = null
        return
      case 'problem':
        // It comes again with each look.
        if (last !== change.error.message) log('ERROR', change.error.message)
        last = change.error.message
        return enter(shownProblem(change.error))
    }
  }
}

import { log, reasonOf } from '../server/log.ts'
import type { Event } from '../sqlite/events.ts'

/**
 * What writes down what happens to an instance, for all to see; it waits for nothing.
 *
 * @param instance names it to people
 */
export function timelineOf(
  data: { recordEvents(happened: Event[]): Promise<void> },
  instance: string,
  now = () => new Date(),
) {
  return (kind: 'started' | 'database-is-back', detail: string): void => {
    log('INFO', detail, { kind })
    data.recordEvents([{ at: now().toISOString(), kind, instance, detail }]).catch((error) => {
      log('WARNING', `What happened could not be written down: ${reasonOf(error)}`)
    })
  }
}

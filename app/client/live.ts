import type { Live } from '../live/answer-live.ts'
import { offerRelease } from './newer-release.ts'
import { offerNews } from './news.ts'
import { renewNumbers } from './numbers.ts'
import { Polling, Refused, whileSeen } from './polling.ts'
import { ReplicationLine } from './replication-line.ts'

const everyMs = 5_000

/** Keeps a page up to date that is open. */
export function stayLive(): void {
  if (!document.querySelector('.replication')) return
  const line = new ReplicationLine()
  const [offer, renew] = [offerNews(), renewNumbers()]
  const show = (live: Live) => {
    line.show(live)
    offerRelease(live.release)
    // Another release's entries may need another style.
    if (live.release !== document.documentElement.dataset.release) return
    renew(live)
    offer(live)
  }
  const ask = async (signal: AbortSignal) => {
    const response = await fetch('/live', { signal, cache: 'no-store' })
    if (!response.ok) throw new Refused(response)
    show(await response.json())
  }
  const polling = new Polling(ask, { everyMs, onFailure: (error) => line.fail(error) })
  // What was rendered is a second old at most.
  polling.start(1_000)
  whileSeen(polling)
}

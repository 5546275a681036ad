import type { Replicated } from 'streamkeeper'
import type { Live } from '../live/answer-live.ts'
import { later, replicatedInWords } from '../live/replicated.ts'
import { element, linkToPage } from './elements.ts'
import { offerNews } from './news.ts'
import { renewNumbers } from './numbers.ts'
import { newPolling, Refused, whileSeen } from './polling.ts'

const everyMs = 5_000

/** Keeps a page up to date that is open. */
export function stayLive(): void {
  const place = document.querySelector<HTMLElement>('.replication')
  if (!place) return
  const line = replicationLine(place)
  const [offer, renew] = [offerNews(), renewNumbers()]
  const ask = async (signal: AbortSignal) => {
    const response = await fetch('/live', { signal, cache: 'no-store' })
    if (!response.ok) throw new Refused(response)
    const live: Live = await response.json()
    line.show(live.replication)
    const isSame = live.release === document.documentElement.dataset.release
    offerRelease(place, isSame)
    // Another release's entries may need another style.
    if (!isSame) return
    renew(live)
    offer(live)
  }
  const polling = newPolling(ask, { everyMs, onFailure: line.fail })
  // What was rendered is a second old at most.
  polling.start(1_000)
  whileSeen(polling)
}

/** Shows how far what is written has come, and says where nothing is known of it any more. */
function replicationLine(place: HTMLElement) {
  let known: { replication: Replicated; atMs: number } | null = null
  let failingSince: string | null = null
  const put = (state: Replicated['state'], words: string) => {
    place.dataset.state = state
    place.textContent = words
  }
  const tick = () => {
    if (!known || failingSince || document.hidden) return
    const { replication, atMs } = known
    put(replication.state, replicatedInWords(later(replication, performance.now() - atMs)))
  }
  setInterval(tick, 1_000)
  return {
    show(replication: Replicated): void {
      failingSince = null
      known = { replication, atMs: performance.now() }
      place.dataset.role = replication.role
      tick()
    },
    fail(error: unknown): void {
      failingSince ??= new Date().toLocaleTimeString('en-GB')
      const words = error instanceof Refused ? 'The server can not answer' : 'No connection'
      put('down', `${words} since ${failingSince}`)
    },
  }
}

/** Offers to load the page anew once another release answers than the one that it is of. */
function offerRelease(place: HTMLElement, isSame: boolean): void {
  const offered = document.querySelector('.newer-release')
  if (isSame) offered?.remove()
  if (isSame || offered) return
  const offer = element('p', { class: 'newer-release', 'aria-live': 'polite' })
  place.after(offer)
  // A screen reader hears only of changes to what is there.
  const words = 'This page is of another release than the one that answers now. '
  offer.append(words, linkToPage('Load it anew'), '.')
}

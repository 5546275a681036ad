import { element, fetchPage } from './elements.ts'
import { newPolling, whileSeen } from './polling.ts'

const everyMs = 5_000

/** Renews the status page while it is seen, and keeps what was last known where that fails. */
export function renewStatus(): void {
  const place = document.getElementById('renewal')
  const button = place?.querySelector('button')
  if (!place || !button) return
  const every = place.querySelector('.every')
  const everyWords = every?.textContent ?? ''
  let failingSince: string | null = null
  const ask = async (signal: AbortSignal): Promise<void> => {
    const page = await fetchPage('/status')
    signal.throwIfAborted()
    failingSince = null
    // Without a session there is the form to sign in.
    if (!page.getElementById('facts')) {
      polling.setPaused(true)
      const link = element('a', { href: '/sign-in?to=/status' }, 'Sign in')
      return tell('Your session has ended; these are the last known facts. ', link)
    }
    tell()
    for (const list of ['#facts', '#timeline', '#renewal time']) renew(list, page)
  }
  const onFailure = () => {
    failingSince ??= new Date().toLocaleTimeString('en-GB')
    tell(`Not reachable since ${failingSince}; these are the last known facts.`)
  }
  const polling = newPolling(ask, { everyMs, onFailure })
  button.hidden = false
  button.addEventListener('click', () => {
    polling.setPaused(!polling.isPaused())
    button.textContent = polling.isPaused() ? 'Go on' : 'Pause'
    if (every) every.textContent = polling.isPaused() ? '' : everyWords
  })
  polling.start(everyMs)
  whileSeen(polling)
}

function tell(...words: (string | Node)[]): void {
  const place = document.querySelector('#renewal [aria-live]')
  const text = words.map((part) => (typeof part === 'string' ? part : part.textContent)).join('')
  // A screen reader says each change, and nothing has changed.
  if (place && place.textContent !== text) place.replaceChildren(...words)
}

// Only what has changed is touched: what is selected, or has the focus, stays so.
function renew(selector: string, page: Document): void {
  const [list, fresh] = [document.querySelector(selector), page.querySelector(selector)]
  if (!list || !fresh) return
  const items = [...fresh.childNodes]
  for (const item of [...list.childNodes]) {
    if (!items.some((one) => one.isEqualNode(item))) item.remove()
  }
  for (const [index, item] of items.entries()) {
    const there = list.childNodes[index] ?? null
    if (!there?.isEqualNode(item)) list.insertBefore(item, there)
  }
  while (list.childNodes.length > items.length) list.lastChild?.remove()
}

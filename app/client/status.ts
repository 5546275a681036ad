import { fetchPage } from './fragment.ts'
import { Polling, whileSeen } from './polling.ts'

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
    if (!page.getElementById('facts')) return endOfSession(polling)
    tell()
    renewFacts(page)
    renewTimeline(page)
    const [time, fresh] = [timeIn(document), timeIn(page)]
    if (time && fresh) time.textContent = fresh.textContent
  }
  const onFailure = () => {
    failingSince ??= new Date().toLocaleTimeString('en-GB')
    tell(`Not reachable since ${failingSince}; these are the last known facts.`)
  }
  const polling: Polling = new Polling(ask, { everyMs, onFailure })
  button.hidden = false
  button.addEventListener('click', () => {
    if (polling.isPaused) polling.goOn()
    else polling.pause()
    button.textContent = polling.isPaused ? 'Go on' : 'Pause'
    if (every) every.textContent = polling.isPaused ? '' : everyWords
  })
  polling.start(everyMs)
  whileSeen(polling)
}

function endOfSession(polling: Polling): void {
  polling.pause()
  const link = document.createElement('a')
  link.href = '/sign-in?to=/status'
  link.textContent = 'Sign in'
  tell('Your session has ended; these are the last known facts. ', link)
}

function tell(...words: (string | Node)[]): void {
  const place = document.querySelector('#renewal [aria-live]')
  const text = words.map((part) => (typeof part === 'string' ? part : part.textContent)).join('')
  // A screen reader says each change, and nothing has changed.
  if (place && place.textContent !== text) place.replaceChildren(...words)
}

// Only what has changed is touched: what is selected, or has the focus, stays so.
function renewFacts(page: Document): void {
  const [facts, fresh] = [document.getElementById('facts'), page.getElementById('facts')]
  if (!facts || !fresh || facts.innerHTML === fresh.innerHTML) return
  const names = (within: Element) => [...within.querySelectorAll('dt')].map((dt) => dt.textContent)
  if (names(facts).join('\n') !== names(fresh).join('\n')) {
    facts.replaceChildren(...fresh.childNodes)
    return
  }
  const values = [...fresh.querySelectorAll('dd')]
  for (const [index, value] of [...facts.querySelectorAll('dd')].entries()) {
    const renewed = values[index]
    if (renewed && !value.isEqualNode(renewed)) value.replaceWith(renewed)
  }
}

// What happened is there for good, so all that can be new is what comes first.
function renewTimeline(page: Document): void {
  const [list, fresh] = [document.getElementById('timeline'), page.getElementById('timeline')]
  if (!list || !fresh) return
  const last = list.firstElementChild
  const items = [...fresh.children]
  const known = items.findIndex((item) => last?.isEqualNode(item))
  list.prepend(...items.slice(0, known < 0 ? items.length : known))
  while (list.children.length > items.length) list.lastElementChild?.remove()
}

function timeIn(page: Document): Element | null {
  return page.querySelector('#renewal time')
}

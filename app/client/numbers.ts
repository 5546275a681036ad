import { numberInWords, plural } from '../format.ts'
import type { Live } from '../live/answer-live.ts'
import { fetchPage } from './elements.ts'

// The picture is made by the server, and the numbers beside it are newer anyway.
const chartMs = 60_000

/** Renews how many visits there are, and now and then the chart of them. */
export function renewNumbers(): (live: Live) => void {
  let drawn: Pick<Live, 'today' | 'day'> | null = null
  let drawnAtMs = performance.now()
  return ({ visits, today, day }) => {
    drawn ??= { today, day }
    // Another instance may know of fewer: nothing goes back before the eyes of who reads it.
    if (visits < shownVisits()) return
    show(visits, today)
    if (drawn.today === today && drawn.day === day) return
    // At midnight its last bar is another day's.
    if (drawn.day === day && performance.now() - drawnAtMs < chartMs) return
    drawnAtMs = performance.now()
    drawn = { today, day }
    drawChart().catch(() => {})
  }
}

/** Counts a page that a browser has asked for before anybody wanted to see it, when it is shown. */
export function countWhenShown(): void {
  if (!document.querySelector('meta[name="visit"][content="when-shown"]')) return
  if ('prerendering' in document && document.prerendering) {
    document.addEventListener('prerenderingchange', count, { once: true })
  } else count()
}

async function count(): Promise<void> {
  // Who goes back to it may be shown it as it was kept, and is no other visit.
  const [navigation] = performance.getEntriesByType('navigation')
  const isBack =
    navigation instanceof PerformanceNavigationTiming && navigation.type === 'back_forward'
  if (isBack) return
  const answer = await fetch('/api/visits', { method: 'POST' }).catch(() => null)
  if (!answer?.ok) return
  const { visits, today } = await answer.json()
  show(visits, today)
}

async function drawChart(): Promise<void> {
  const chart = document.querySelector('figure.chart')
  // It is looked at just now.
  if (!chart || chart.matches(':hover, :focus-within')) return
  // Nobody looks at that page, so it is no visit; browsers say so themselves over HTTPS alone.
  const page = await fetchPage('/', { purpose: 'prefetch' })
  const drawn = page.querySelector('figure.chart')
  if (!drawn) return
  drawn.querySelector('details')?.toggleAttribute('open', chart.querySelector('[open]') !== null)
  chart.replaceWith(drawn)
}

function shownVisits(): number {
  const text = document.querySelector('[data-live="visits"]')?.textContent ?? ''
  return Number(text.replaceAll(',', '')) || 0
}

function show(visits: number, today: number): void {
  const texts = {
    visits: numberInWords(visits),
    times: plural(visits, 'time'),
    today: numberInWords(today),
  }
  for (const [name, text] of Object.entries(texts)) {
    for (const place of document.querySelectorAll(`[data-live="${name}"]`)) {
      if (place.textContent !== text) place.textContent = text
    }
  }
}

import { numberInWords, plural } from '../format.ts'
import type { Live } from '../live/answer-live.ts'

// The picture is made by the server, and the numbers beside it are newer anyway.
const chartMs = 60_000

/** Renews how many visits there are, and now and then the chart of them. */
export function renewNumbers(): (live: Live) => void {
  let drawn: Pick<Live, 'today' | 'day'> | null = null
  let drawnAtMs = performance.now()
  return ({ visits, today, day }) => {
    drawn ??= { today, day }
    // Another instance may know of fewer: nothing goes back before the eyes of who reads it.
    if (visits < shown('visits')) return
    put('visits', numberInWords(visits))
    put('times', plural(visits, 'time'))
    put('today', numberInWords(today))
    if (drawn.today === today && drawn.day === day) return
    // At midnight its last bar is another day's.
    if (drawn.day === day && performance.now() - drawnAtMs < chartMs) return
    drawnAtMs = performance.now()
    drawn = { today, day }
    drawChart().catch(() => {})
  }
}

async function drawChart(): Promise<void> {
  const chart = document.querySelector('figure.chart')
  // It is looked at just now.
  if (!chart || chart.matches(':hover, :focus-within')) return
  // Nobody looks at that page, so it is no visit; browsers say so themselves over HTTPS alone.
  const page = await fetch('/', { headers: { accept: 'text/html', purpose: 'prefetch' } })
  const html = new DOMParser().parseFromString(await page.text(), 'text/html')
  const drawn = html.querySelector('figure.chart')
  if (!drawn) return
  drawn.querySelector('details')?.toggleAttribute('open', chart.querySelector('[open]') !== null)
  chart.replaceWith(drawn)
}

function shown(name: string): number {
  const text = document.querySelector(`[data-live="${name}"]`)?.textContent ?? ''
  return Number(text.replaceAll(',', '')) || 0
}

function put(name: string, text: string): void {
  for (const place of document.querySelectorAll(`[data-live="${name}"]`)) {
    if (place.textContent !== text) place.textContent = text
  }
}

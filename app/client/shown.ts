import { numberInWords, plural } from '../format.ts'

// A page that a browser has asked for before anybody wanted to see it counts when it is shown.
if (document.querySelector('meta[name="visit"][content="when-shown"]')) {
  if ('prerendering' in document && document.prerendering) {
    document.addEventListener('prerenderingchange', count, { once: true })
  } else count()
}

async function count(): Promise<void> {
  // Who goes back to it may be shown it as it was kept, and is no other visit.
  const [navigation] = performance.getEntriesByType('navigation')
  if (navigation instanceof PerformanceNavigationTiming && navigation.type === 'back_forward')
    return
  const answer = await fetch('/api/visits', { method: 'POST' }).catch(() => null)
  if (!answer?.ok) return
  const { visits, today }: { visits: number; today: number } = await answer.json()
  show('visits', numberInWords(visits))
  show('times', plural(visits, 'time'))
  show('today', numberInWords(today))
}

function show(what: string, text: string): void {
  for (const place of document.querySelectorAll(`[data-live="${what}"]`)) place.textContent = text
}

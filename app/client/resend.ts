import { element } from './elements.ts'
import { addBelow, focusButton } from './form-words.ts'

// Longer, and nobody waits for it.
const longestSeconds = 120

/**
 * Sends a form again by itself, once the server may be asked again: unless somebody stops it, changes
 * what is written, or looks at something else.
 */
export function resendSoon(form: HTMLFormElement, seconds: number, resend: () => void): void {
  if (seconds > longestSeconds || document.hidden) return
  const ended = new AbortController()
  const { signal } = ended
  const count = element('span', {})
  const stop = element('button', { type: 'button', class: 'second' }, 'Stop')
  const shown = addBelow(form, element('p', { class: 'resend' }, count, stop))
  const end = () => {
    ended.abort()
    shown.remove()
  }
  const atMs = performance.now() + seconds * 1000
  const tick = () => {
    const left = Math.ceil((atMs - performance.now()) / 1000)
    count.textContent = `It is sent again by itself in ${left} s. `
    // Whatever was sent meanwhile has taken this away.
    if (!shown.isConnected) return end()
    if (left > 0) return
    end()
    resend()
  }
  tick()
  const timer = setInterval(tick, 250)
  signal.addEventListener('abort', () => clearInterval(timer))
  stop.addEventListener('click', () => {
    end()
    focusButton(form)
  })
  form.addEventListener('input', end, { signal })
  document.addEventListener('visibilitychange', end, { signal })
}

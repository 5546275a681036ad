import { localInWords, relativeInWords } from '../format.ts'

const selector = 'time[data-relative]'
const everyMs = 20_000

/** Says of each `<time data-relative>` how long ago it was; when, where it is hovered or has the focus. */
export function showTimes(): void {
  const renew = () => {
    if (document.hidden) return
    for (const time of document.querySelectorAll<HTMLTimeElement>(selector)) say(time)
  }
  renew()
  setInterval(renew, everyMs)
  document.addEventListener('visibilitychange', renew)
  // Those of entries that are put there later.
  new MutationObserver(renew).observe(document.body, { childList: true, subtree: true })
  document.addEventListener('focusin', renew)
  document.addEventListener('focusout', renew)
}

function say(time: HTMLTimeElement): void {
  const at = new Date(time.dateTime)
  if (Number.isNaN(at.getTime())) return
  if (time.dataset.relative !== 'local') {
    time.dataset.relative = 'local'
    time.title = localInWords(at)
    // By keyboard and by touch there is no hovering.
    if (!time.closest('a')) time.tabIndex = 0
  }
  const isAsked = time.matches(':focus') || time.closest('a')?.matches(':focus') === true
  const words = isAsked ? time.title : relativeInWords(at, new Date())
  if (time.textContent !== words) time.textContent = words
}

/** Offers to load the page anew once another release answers than the one that it is of. */
export function offerRelease(answering: string): void {
  const own = document.documentElement.dataset.release
  const offered = document.querySelector('.newer-release')
  if (own === answering) offered?.remove()
  if (own === answering || offered) return
  const place = document.createElement('p')
  place.className = 'newer-release'
  place.ariaLive = 'polite'
  const link = document.createElement('a')
  link.href = location.pathname + location.search
  link.textContent = 'Load it anew'
  document.querySelector('.replication')?.after(place)
  // A screen reader hears only of changes to what is there.
  place.append('This page is of another release than the one that answers now. ', link, '.')
}

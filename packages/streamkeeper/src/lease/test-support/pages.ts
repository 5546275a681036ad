/** A database of the model: the entry at each place. A place that nothing was written to is a hole. */
export type Pages = (number | undefined)[]

/** What an LTX file holds: the pages that changed, whole, and how many there are then. */
export type Changes = { pages: [place: number, entry: number][]; commit: number }

/** A transaction's number, and what it changed. */
export type Transaction = { txid: number; changes: Changes }

export function applyTo(pages: Pages, { pages: changed, commit }: Changes): void {
  for (const [place, entry] of changed) pages[place] = entry
  pages.length = commit
}

/** All of them, as a snapshot has it. */
export function allOf(pages: Pages): Changes {
  const changed = pages.flatMap((entry, place) => (entry === undefined ? [] : [[place, entry]]))
  return { pages: changed as Changes['pages'], commit: pages.length }
}

/** One file instead of several that follow each other. */
export function compacted(files: readonly Changes[]): Changes {
  const pages: Pages = []
  for (const changes of files) applyTo(pages, changes)
  return allOf(pages)
}

/** Whether something was written behind what was never written, as where a file is applied to another state. */
export function isTorn(pages: Pages): boolean {
  return pages.includes(undefined)
}

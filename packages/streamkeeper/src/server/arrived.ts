/** The header in which the server tells the pages when a request came, by `performance.now()`. */
export const arrivedHeader = 'x-arrived'

/** When a request came, by `performance.now()`; now, where that isn't known. */
export function arrivedAt(headers: Headers): number {
  return Number(headers.get(arrivedHeader) ?? performance.now())
}

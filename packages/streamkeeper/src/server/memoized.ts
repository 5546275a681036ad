// Longer texts are of few clients, and would take the memory of many.
const limit = { texts: 500, length: 512 }

/**
 * Has a function of one text, such as a header that most clients send alike, called once for each; its memory is
 * bounded, whatever comes.
 */
export function memoized<Result>(call: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const result = call(text)
    if (text.length > limit.length) return result
    if (known.size >= limit.texts) known.clear()
    known.set(text, result)
    return result
  }
}

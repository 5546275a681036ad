/**
 * The name that was probably meant: one with at most two letters added, left out or changed.
 * @param {string} word
 * @param {string[]} names
 * @returns {string | undefined}
 */
export function nearest(word, names) {
  const distances = names.map((name) => ({ name, distance: distance(word, name) }))
  const [best] = distances.sort((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.min(2, word.length - 1) ? best.name : undefined
}

// Levenshtein's, a row at a time.
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1]
    for (let column = 0; column < to.length; column++) {
      const change = row[column] + (letter === to[column] ? 0 : 1)
      next.push(Math.min(change, row[column + 1] + 1, next[column] + 1))
    }
    row = next
  }
  return row.at(-1)
}

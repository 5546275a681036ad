/**
 * Lets some tasks run at once, and the others wait for their turn.
 * @param {number} count how many
 * @returns {<Result>(task: () => Promise<Result>) => Promise<Result>}
 */
export function atMost(count) {
  const waiting = []
  let running = 0
  return async (task) => {
    if (running < count) running++
    else await new Promise((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      // Its place goes to the next one, or nobody has it.
      if (next) next()
      else running--
    }
  }
}

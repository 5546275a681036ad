/**
 * Asks until an answer is right, or for the last time.
 * @template Answer
 * @param {() => Promise<Answer>} ask
 * @param {(answer: Answer) => boolean} isRight
 * @param {number[]} waits between the attempts, in ms
 * @param {(ms: number, answer: Answer) => Promise<unknown>} wait
 */
export async function askAgain(ask, isRight, waits, wait) {
  for (const ms of waits) {
    const answer = await ask()
    if (isRight(answer)) return answer
    await wait(ms, answer)
  }
  return ask()
}

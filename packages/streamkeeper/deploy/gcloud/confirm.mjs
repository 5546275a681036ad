import { createInterface } from 'node:readline/promises'
import { Failure } from '../../src/cli/lib/failure.mjs'

/**
 * Asks a person: what they type, or null where nobody sits at a terminal.
 * @typedef {(question: string) => Promise<string | null>} Ask
 */

/** @type {Ask} */
export async function askOnTerminal(question) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    // Ctrl-C or Ctrl-D is no answer, and would leave the question open for ever.
    const closed = new Promise((resolve) => terminal.once('close', () => resolve('')))
    return await Promise.race([terminal.question(question), closed])
  } finally {
    terminal.close()
  }
}

/** @throws {Failure} unless the answer is yes */
export async function agree(question, ask) {
  const answer = await typed(`${question} [y/N] `, ask)
  if (!/^y(es)?$/i.test(answer)) throw new Failure('Nothing was done.')
}

/** @throws {Failure} unless the answer is exactly what is expected */
export async function agreeByTyping(question, expected, ask) {
  if ((await typed(`${question} `, ask)) !== expected) {
    throw new Failure(`That is not ${expected}: nothing was done.`)
  }
}

async function typed(question, ask) {
  const answer = await ask(question)
  if (answer !== null) return answer.trim()
  throw new Failure(
    'Nobody can be asked, as this is no terminal: nothing was done. Give --yes if the plan above is right.',
  )
}

import { Failure } from '../../bin/lib/failure.mjs'
import { Answer } from './command.mjs'
import { failureOf, isSettling } from './problems.mjs'

// A minute and a half in all; most of what is new is known within one.
const waits = [2_000, 4_000, 8_000, 16_000, 32_000, 32_000]

/** Stopped before the end. `done` has the titles of what was done. */
export class HalfDone extends Failure {
  constructor(reason, done) {
    const list = done.length > 0 ? done.map((title) => `\n  ${title}`).join('') : ' nothing'
    super(`${reason}\nDone so far:${list}\nThe same command again goes on from here.`)
    this.done = done
  }
}

/**
 * What a plan needs to be carried out.
 * @typedef {object} Means
 * @property {ReturnType<import('./run.mjs').gcloudRunner>} run
 * @property {() => string} newToken
 * @property {(text: string) => void} say
 * @property {(ms: number) => Promise<void>} wait
 */

/**
 * Runs the commands for each thing, one after the other.
 * @param {Array<{title: string, commands: import('./command.mjs').Command[]}>} things
 * @param {(output: string) => boolean} isDone whether a failure says that nothing is left to do
 * @param {Means} means
 * @returns {Promise<string[]>} the titles of what was done
 * @throws {HalfDone}
 */
export async function apply(things, isDone, means) {
  const done = []
  for (const { title, commands } of things) {
    means.say(`── ${title}`)
    try {
      for (const command of commands) await patiently(command, isDone, means)
    } catch (error) {
      throw new HalfDone(error.message, done)
    }
    done.push(title)
  }
  return done
}

async function patiently({ program, args: asked, secret }, isDone, means) {
  const { run, newToken, say, wait } = means
  const args = []
  for (const arg of asked) args.push(await resolved(arg, run))
  const input = secret ? newToken() : undefined
  for (const ms of [...waits, null]) {
    const { ok, output } = await run(args, { program, input, show: program === 'gcloud' })
    if (ok || isDone(output)) return
    if (ms === null || !isSettling(output)) throw failureOf(output, args, program)
    say(`Google needs a moment to know what was just made: trying again in ${ms / 1000} s.`)
    await wait(ms)
  }
}

async function resolved(arg, run) {
  return arg instanceof Answer ? arg.before + (await answer(arg.command, run)) : arg
}

/**
 * @param {import('./command.mjs').Command} command that only reads
 * @returns {Promise<string>} what it answers
 * @throws {Failure} when it answers nothing
 */
export async function answer({ args }, run) {
  const { ok, stdout, output } = await run(args)
  if (ok && stdout) return stdout
  throw failureOf(output, args)
}

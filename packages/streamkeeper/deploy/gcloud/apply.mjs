import { askAgain } from '../../src/cli/lib/ask-again.mjs'
import { Failure } from '../../src/cli/lib/failure.mjs'
import { Answer } from './command.mjs'
import { failureOf, whatPasses } from './problems.mjs'
import { Project } from './project.mjs'
import { isBuildFailure, whyBuildFailed } from './why-build-failed.mjs'

/** Stopped before the end, or users don't meet it. `done` has the titles of what was done. */
export class Unfinished extends Failure {
  constructor(message, done) {
    super(message)
    this.done = done
  }
}

/**
 * What a plan needs to be carried out.
 * @typedef {object} Means
 * @property {ReturnType<import('./run.mjs').gcloudRunner>} run
 * @property {(encoding: 'base64' | 'base64url') => string} newToken
 * @property {(text: string) => void} say
 * @property {(ms: number) => Promise<void>} wait
 */

const sameAgain = 'The same command again goes on from here.'

/**
 * Runs the commands for each thing, one after the other.
 * @param {Array<{title: string, commands: import('./command.mjs').Command[],
 *   region?: import('./plan.mjs').Region, goOn?: string}>} things `goOn` is how to go on where it
 *   stops at that one, if not by the same command
 * @param {(output: string, args: string[]) => boolean} isDone whether a failure says that nothing is left to do
 * @returns {Promise<string[]>} the titles of what was done
 * @throws {Unfinished}
 */
export async function apply(things, isDone, means) {
  const done = []
  const earlier = []
  for (const { title, commands, region, goOn = sameAgain } of things) {
    means.say(`── ${title}`)
    // Only now its API may be enabled, so that it can be asked.
    if (region && !(await region.isOffered(new Project(means.run)))) {
      means.say(region.otherwise)
      continue
    }
    try {
      for (const command of commands) {
        earlier.push(await carryOut(command, { isDone, earlier }, means))
      }
    } catch (error) {
      const list = done.length > 0 ? done.map((title) => `\n  ${title}`).join('') : ' nothing'
      throw new Unfinished(`${error.message}\nDone so far:${list}\n${goOn}`, done)
    }
    done.push(title)
  }
  return done
}

async function carryOut({ program, args: asked, secret }, { isDone, earlier }, means) {
  const args = []
  for (const arg of asked) args.push(await resolved(arg, means))
  const input = secret ? means.newToken(secret) : undefined
  await patiently(args, { program, input, isDone, earlier }, means)
  return args
}

async function resolved(arg, means) {
  if (!(arg instanceof Answer)) return arg
  const parts = []
  for (const part of arg.parts) {
    parts.push(typeof part === 'string' ? part : await answer(part, means))
  }
  return parts.join('')
}

// A secret that was made just now may not be listed for minutes:
// https://docs.cloud.google.com/secret-manager/docs/reference/consistency
const waits = [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]

/**
 * @param {import('./command.mjs').Command} command that only reads
 * @returns {Promise<string>} what it answers
 * @throws {Failure} when it answers nothing
 */
async function answer({ args }, { run, say, wait }) {
  const { ok, stdout, output } = await askAgain(
    () => run(args),
    ({ ok, stdout }) => !ok || stdout !== '',
    waits,
    (ms) => {
      say(`Google does not list yet what was just made: asking again in ${ms / 1000} s.`)
      return wait(ms)
    },
  )
  if (ok && stdout) return stdout
  throw failureOf(output || 'It answered nothing.', args)
}

const limit = 8 * 60_000
const soon = [2_000, 4_000, 8_000, 16_000]
const then = 30_000
// Each try is a build of some minutes.
const untilNextBuild = [60_000, 120_000, 300_000]

/**
 * Runs a command until it succeeds, as long as its failure may go away by itself.
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.program
 * @param {string} [options.input]
 * @param {(output: string, args: string[]) => boolean} options.isDone whether a failure says that nothing is left to do
 * @param {string[][]} options.earlier what was run before it
 * @param {Means} means
 * @throws {Failure}
 */
async function patiently(args, { program, input, isDone, earlier }, { run, say, wait }) {
  let waited = 0
  for (let tries = 0; ; tries++) {
    const { ok, output } = await run(args, { program, input, show: program === 'gcloud' })
    if (ok || isDone(output, args)) return
    const isBuild = isBuildFailure(output)
    const { passes, meaning, details } = isBuild
      ? await whyBuildFailed(args, output, earlier, run)
      : { passes: whatPasses(output, args), details: output }
    const ms = Math.min(isBuild ? untilNextBuild[tries] : (soon[tries] ?? then), limit - waited)
    if (!passes || !(ms > 0)) throw failureOf(lost(details, waited), args, program, meaning)
    say(`${passes}: trying again in ${inWords(ms)}. ${progress(waited)}`)
    await wait(ms)
    waited += ms
  }
}

function progress(waited) {
  const most = `at most ${inWords(limit)}`
  return waited > 0 ? `Waited ${inWords(waited)} of ${most}.` : `It may take some minutes, ${most}.`
}

function lost(details, waited) {
  return waited > 0 ? `${details}\nIt was tried again for ${inWords(waited)}.` : details
}

function inWords(ms) {
  const [minutes, seconds] = [Math.floor(ms / 60_000), (ms % 60_000) / 1000]
  return [minutes && `${minutes} min`, seconds && `${seconds} s`].filter(Boolean).join(' ')
}

import { failureOf } from './problems.mjs'
import { whatPasses } from './what-passes.mjs'
import { isBuildFailure, whyBuildFailed } from './why-build-failed.mjs'

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
 * @param {import('./apply.mjs').Means} means
 * @throws {Failure}
 */
export async function patiently(args, { program, input, isDone, earlier }, { run, say, wait }) {
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

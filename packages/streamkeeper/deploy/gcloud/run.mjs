import { setTimeout } from 'node:timers/promises'
import { askAgain } from '../../src/cli/lib/ask-again.mjs'
import { run } from '../../src/cli/lib/run.mjs'

// All gcloud share the databases in which they keep their settings and tokens, and crash where one of
// these is locked for seconds. Google says that running them side by side is not supported:
// https://cloud.google.com/sdk/docs/scripting-gcloud
const gcloudsAtOnce = 3
const isLocked = /gcloud crashed \(OperationalError\): database is locked/
const waits = [500, 1_000, 2_000, 4_000]

/**
 * Makes what runs gcloud, or another program. A command that fails is a result that isn't ok.
 * @param {{cwd: string, env: NodeJS.ProcessEnv, signal?: AbortSignal,
 *   wait?: (ms: number) => Promise<void>}} options `signal` ends it
 * @returns {(args: string[], options?: {program?: string, input?: string, show?: boolean}) =>
 *   Promise<{ok: boolean, stdout: string, output: string}>}
 *   `input` is written to its stdin; `show` passes its output on to stderr as it comes
 */
export function gcloudRunner({ cwd, env, signal, wait = setTimeout }) {
  const inTurn = atMost(gcloudsAtOnce)
  const means = {
    cwd,
    signal,
    // What it would ask has been asked already, by the plan.
    env: { ...env, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' },
    // A build takes minutes; nothing takes longer than this.
    deadlineMs: 30 * 60_000,
  }
  return (args, { program = 'gcloud', input, show = false } = {}) => {
    const once = () => run(program, args, { ...means, input, show: show && 'stderr' })
    return program === 'gcloud' ? inTurn(() => askAgain(once, isUnlocked, waits, wait)) : once()
  }
}

function isUnlocked({ ok, output }) {
  return ok || !isLocked.test(output)
}

/**
 * Lets some tasks run at once, and the others wait for their turn.
 * @param {number} count how many
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

import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

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
  return (args, { program = 'gcloud', input, show = false } = {}) => {
    const once = () => runProgram(program, args, { cwd, env, signal, input, show })
    return program === 'gcloud' ? inTurn(() => untilUnlocked(once, wait)) : once()
  }
}

async function untilUnlocked(once, wait) {
  for (const ms of waits) {
    const result = await once()
    if (result.ok || !isLocked.test(result.output)) return result
    await wait(ms)
  }
  return once()
}

function runProgram(program, args, { cwd, env, signal, input, show }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      // What it would ask has been asked already, by the plan.
      env: { ...env, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' },
      signal,
      // A build takes minutes; nothing takes longer than this.
      timeout: 30 * 60_000,
    })
    let stdout = ''
    let output = ''
    const take = (text) => {
      output += text
      if (show) process.stderr.write(text)
    }
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
      take(text)
    })
    child.stderr.setEncoding('utf8').on('data', take)
    // It may end without reading, or may never have begun: its exit code says so.
    child.stdin.on('error', () => {}).end(input)
    child.on('error', ({ message }) => {
      output += message
      resolve({ ok: false, stdout, output: output.trim() })
    })
    child.on('close', (code) => {
      resolve({ ok: code === 0, stdout: stdout.trim(), output: output.trim() })
    })
  })
}

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

import { spawn } from 'node:child_process'
import { endLater, started, whileNotEnding } from './children.mjs'
import { Failure } from './failure.mjs'

/**
 * Runs a command without a shell, and ends it and all that it started when its time is up.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, deadlineMs?: number, show?: boolean}} [options]
 *   `show` passes the output on as it comes, besides keeping it.
 * @returns {Promise<{ok: boolean, stdout: string, output: string}>} `output` is stdout and stderr
 *   in the order of their arrival. A command that isn't there is a result that isn't ok.
 */
export function run(command, args, { cwd, env, deadlineMs = 60_000, show = false } = {}) {
  return whileNotEnding((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const forget = started(child)
    let stdout = ''
    let output = ''
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output += text
        if (name === 'stdout') stdout += text
        if (show) process[name].write(text)
      })
    }
    const deadline = setTimeout(() => {
      output += `\n${command} took more than ${deadlineMs / 1000} s and was ended.`
      endLater(child)
    }, deadlineMs)
    const settle = (ok) => {
      clearTimeout(deadline)
      forget()
      resolve({ ok, stdout: stdout.trim(), output: output.trim() })
    }
    child.on('error', (error) => {
      output += error.code === 'ENOENT' ? `${command}: not found` : error.message
      settle(false)
    })
    child.on('close', (code) => settle(code === 0))
    // A daemon that it left behind may hold the pipes open for ever.
    child.on('exit', (code) => {
      setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
        settle(code === 0)
      }, 2_000).unref()
    })
  })
}

/**
 * Like `run`, for a command that has to succeed.
 * @returns {Promise<string>} its stdout
 * @throws {Failure} with the last lines of its output
 */
export async function must(command, args, options) {
  const { ok, stdout, output } = await run(command, args, options)
  if (ok) return stdout
  const lines = output.split('\n').slice(-80).join('\n')
  throw new Failure(`${[command, ...args].join(' ')} failed:\n${lines}`)
}

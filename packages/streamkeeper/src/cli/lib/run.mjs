import { spawn } from 'node:child_process'
import { endLater, started, whileNotEnding } from './children.mjs'
import { Failure } from './failure.mjs'

/**
 * Runs a command without a shell, and ends it and all that it started when its time is up.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.deadlineMs]
 * @param {boolean | 'stderr'} [options.show] passes the output on as it comes, besides keeping it
 * @param {string} [options.input] is written to its stdin
 * @param {AbortSignal} [options.signal] ends it
 * @returns {Promise<{ok: boolean, stdout: string, output: string}>} `output` is stdout and stderr
 *   in the order of their arrival. A command that isn't there is a result that isn't ok.
 */
export function run(command, args, options = {}) {
  const { cwd, env, deadlineMs = 60_000, show = false, input, signal } = options
  return whileNotEnding((resolve) => {
    const child = spawn(command, args, { cwd, env, detached: true })
    const forget = started(child)
    let stdout = ''
    let output = ''
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output += text
        if (name === 'stdout') stdout += text
        if (show) process[show === true ? name : show].write(text)
      })
    }
    // It may end without reading, or may never have begun.
    child.stdin.on('error', () => {}).end(input)
    const end = () => endLater(child)
    const deadline = setTimeout(() => {
      output += `\n${command} took more than ${deadlineMs / 1000} s and was ended.`
      end()
    }, deadlineMs)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    const settle = (ok) => {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', end)
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
 * Gives the terminal to a command, and the signals that come for this process: it ends in order, and
 * this one after it.
 * @returns {Promise<number>} its exit code
 * @throws {Error} where it can't be started
 */
export function handOver(command, args, env) {
  const child = spawn(command, args, { env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
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

import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { report, WrongArguments } from '../../src/cli/lib/failure.mjs'
import { root } from '../../src/cli/lib/project.mjs'
import { askOnTerminal } from './confirm.mjs'
import { getOnce } from './report.mjs'
import { gcloudRunner } from './run.mjs'
import { appHere, findBreakingHere, newestMigrationAt } from './schema.mjs'

/**
 * Runs a command of this folder with the real means. What is said goes to stderr, so that stdout has
 * the result alone.
 * @param {(args: string[], means: Parameters<typeof import('./deploy.mjs').deploy>[1]) =>
 *   Promise<void>} command
 * @param {string[]} args
 */
export async function main(command, args) {
  const print = console.log
  // What is fetched is no part of the command's result.
  console.log = console.error
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort())
  try {
    await command(args, {
      run: gcloudRunner({ cwd: root, env: process.env, signal: stop.signal }),
      newToken: (encoding) => randomBytes(32).toString(encoding),
      say: console.error,
      print,
      ask: askOnTerminal,
      app: appHere,
      findBreaking: findBreakingHere,
      newestMigrationAt,
      get: getOnce,
      now: Date.now,
      signal: stop.signal,
      wait: (ms) => wait(ms, undefined, { signal: stop.signal }),
    })
  } catch (error) {
    report(error)
    if (args.includes('--json')) {
      print(JSON.stringify({ error: error.message, done: error.done ?? [] }))
    }
    if (error instanceof WrongArguments) {
      console.error('See --help.')
    }
  }
}

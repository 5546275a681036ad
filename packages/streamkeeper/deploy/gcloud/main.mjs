import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { commit } from '../../src/cli/lib/commit.mjs'
import { report, WrongArguments } from '../../src/cli/lib/failure.mjs'
import { root } from '../../src/cli/lib/project.mjs'
import { askOnTerminal } from './confirm.mjs'
import { getOnce } from './report.mjs'
import { gcloudRunner } from './run.mjs'
import { appHere, findBreakingHere, newestMigrationAt } from './schema.mjs'

const commands = {
  deploy: async () => (await import('./deploy.mjs')).deploy,
  logs: async () => (await import('./logs.mjs')).logs,
  teardown: async () => (await import('./teardown.mjs')).teardown,
  monitoring: async () => (await import('../monitoring.mjs')).monitoring,
}

/**
 * Runs a command of this folder with the arguments of this process. What is said goes to stderr, so that
 * stdout has the result alone.
 */
export async function main(name) {
  const args = process.argv.slice(2)
  // For the new revision, as what is built in the cloud knows no git.
  if (name === 'deploy') process.env.COMMIT ??= commit() ?? ''
  const print = console.log
  // What is fetched is no part of the command's result.
  console.log = console.error
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stop.abort())
  try {
    const command = await commands[name]()
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

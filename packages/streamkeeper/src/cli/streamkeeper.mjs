#!/usr/bin/env node
import './lib/require-node.mjs'
import { nearest } from './lib/arguments.mjs'
import { report, WrongArguments } from './lib/failure.mjs'

const help = `Runs a Next.js app on SQLite, replicated to a bucket.

  streamkeeper init       sets up the app in this folder
  streamkeeper dev        serves its sources, which may change meanwhile
  streamkeeper build      builds it into .next/standalone
  streamkeeper start      builds it where it has changed, and serves it

  streamkeeper history    lists the states that can be restored
  streamkeeper verify     restores the replica elsewhere, and checks it
  streamkeeper restore    goes back to an earlier state
  streamkeeper seed       brings a database in
  streamkeeper lease      shows which instance leads, and holds the lease
  streamkeeper move       takes the data to a PostgreSQL server, or back

  streamkeeper deploy     deploys it to Cloud Run
  streamkeeper logs       shows the log of the service
  streamkeeper teardown   takes it down, and keeps the data
  streamkeeper monitoring prints alerts and a dashboard for it

Each has --help.`

const operation = (name, options) => async () =>
  (await import('./lib/operation.mjs')).operation(name, options)

const onCloud = (name) => async () => (await import('../../deploy/gcloud/main.mjs')).main(name)

const commands = {
  init: async () => (await import('./init.mjs')).init(),
  dev: async () => (await import('./start.mjs')).start({ dev: true }),
  build: async () => (await import('./build.mjs')).build(),
  start: async () => (await import('./start.mjs')).start({ dev: false }),
  history: operation('history', { usesLitestream: false }),
  verify: operation('verify'),
  restore: operation('restore'),
  seed: operation('seed'),
  lease: operation('lease'),
  move: operation('move', { folder: 'move' }),
  deploy: onCloud('deploy'),
  logs: onCloud('logs'),
  teardown: onCloud('teardown'),
  monitoring: onCloud('monitoring'),
}

const [name] = process.argv.splice(2, 1)
try {
  if (!name || ['--help', '-h', 'help'].includes(name)) console.log(help)
  else if (Object.hasOwn(commands, name)) await commands[name]()
  else throw new WrongArguments(unknown(name))
} catch (error) {
  report(error)
}

function unknown(name) {
  const meant = nearest(name, Object.keys(commands))
  return `There is no command ${name}.${meant ? ` Did you mean ${meant}?` : ''} --help says what there is.`
}

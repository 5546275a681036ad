import { existingApp } from './init/app.mjs'
import { leftToDo } from './init/left.mjs'
import { setUp } from './init/set-up.mjs'
import { actionsKey, keyFile } from './lib/actions-key.mjs'
import { readArguments } from './lib/arguments.mjs'
import { Failure } from './lib/failure.mjs'
import { root } from './lib/project.mjs'

const help = `Sets up the Next.js app in this folder to run on SQLite, replicated to a bucket. It says what it has
done, and what is left to do by hand. Run again, it changes only what is missing.

  streamkeeper init

  --help   print this`

export async function init() {
  if (readArguments(process.argv.slice(2)).help) {
    console.log(help)
    return
  }
  const { app, refusals } = existingApp(root)
  if (refusals.length > 0) {
    throw new Failure(`Nothing was changed.\n${refusals.map((text) => `  - ${text}`).join('\n')}`)
  }
  const done = setUp(app)
  if (actionsKey().isNew) {
    done.push([keyFile, 'made: forms of an open page survive a deploy by it. It is a secret.'])
  }
  const left = leftToDo(app)
  print('Done:', done.length > 0 ? inColumns(done) : ['Nothing: all of it was done before.'])
  if (left.length > 0) print('Left to do by hand:', left.flatMap(numbered))
  print('Then:', [
    'npm start serves the app with a folder of this machine as the bucket: data/bucket.',
    'After a write that is acknowledged: `await durable()`, from streamkeeper. It throws where the bucket',
    'may not have the write.',
    'Data that is there already: npx streamkeeper seed --from FILE.',
    'On Google Cloud: npx streamkeeper deploy --help.',
  ])
}

function print(title, lines) {
  console.log(`${title}\n${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}\n`)
}

function inColumns(rows) {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, what]) => `${name.padEnd(width)}  ${what}`)
}

function numbered(lines, at) {
  return lines.map((line, number) => (number === 0 ? `${at + 1}. ${line}` : `   ${line}`))
}

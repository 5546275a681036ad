import { parseArgs } from 'node:util'
import { WrongArguments } from './failure.mjs'

export const help = `Runs the app on this machine, with Litestream and a bucket that is a folder unless told.

  npm start
  npm run dev      the same from its source, which may change meanwhile

  --help           print this

It is told by the environment: PORT (8080), DATA_DIR (data), REPLICA_URL (gs://BUCKET/PATH, or the
folder data/bucket), DATABASE_URL for PostgreSQL instead. docs/configuration.md has all.

Exit codes: 0 stopped, 1 failed, 2 wrong arguments.`

const options = { dev: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } }

/**
 * @param {string[]} args
 * @returns {'help' | {dev: boolean}}
 * @throws {WrongArguments}
 */
export function readArguments(args) {
  const { help, dev } = parsed(args)
  return help ? 'help' : { dev }
}

function parsed(args) {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new WrongArguments(`${error.message.replace(/\.?$/, '.')} --help says what there is.`)
  }
}

import { parse } from './arguments.mjs'
import { WrongArguments } from './failure.mjs'

export const help = `Runs the app on this machine, with Litestream and a bucket that is a folder unless told.

  streamkeeper start
  streamkeeper dev     the same from its sources, which may change meanwhile

  --help               print this

It is told by the environment: PORT (8080), DATA_DIR (data), REPLICA_URL (gs://BUCKET/PATH, or the
folder data/bucket), DATABASE_URL for PostgreSQL instead.

Exit codes: 0 stopped, 1 failed, 2 wrong arguments.`

/**
 * @param {string[]} args
 * @param {Parameters<typeof parse>[1]} [options] besides `--help`
 * @returns {Record<string, boolean | string | undefined>} the options' values
 * @throws {WrongArguments}
 */
export function readArguments(args, options = {}) {
  try {
    return parse(args, options).values
  } catch (error) {
    throw new WrongArguments(`${error.message} --help says what there is.`)
  }
}

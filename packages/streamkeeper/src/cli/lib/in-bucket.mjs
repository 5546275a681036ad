import { asksForHelp } from './arguments.mjs'
import { Failure } from './failure.mjs'

const backups = 'Use the backups of that server (docs/postgres.md#backups).'

const instead = {
  history: backups,
  restore: backups,
  verify: backups,
  seed: 'Bring data there with `npx streamkeeper move`.',
  lease: 'There is no lease: any number of instances may write.',
}

/**
 * @param {string} name of an operator's command
 * @param {string[]} args
 * @throws {Failure} where it works on a bucket, none is named, and the app has its data elsewhere
 */
export function mustBeInBucket(name, args, given) {
  if (!Object.hasOwn(instead, name) || !onPostgres(given) || asksForHelp(args)) return
  if (args.some((arg) => arg === '--url' || arg.startsWith('--url='))) return
  throw new Failure(
    `The data is on a PostgreSQL server, as DATABASE_URL is set. ${instead[name]} For a bucket, name it with --url.`,
  )
}

// As server/runtime.ts has it, which an older Node can't load.
function onPostgres({ ROLE, DATABASE_URL }) {
  return ROLE !== 'reader' && Boolean(DATABASE_URL)
}

import { readArguments } from './lib/arguments.mjs'
import { buildIfChanged } from './lib/build-if-changed.mjs'
import { endChildrenOnSignals } from './lib/children.mjs'
import { litestream } from './lib/litestream.mjs'
import { node } from './lib/node.mjs'
import { serve } from './lib/serve.mjs'
import { mustBeService, settings } from './lib/settings.mjs'

const help = `Runs the app on this machine, with Litestream and a bucket that is a folder unless told.

  streamkeeper start
  streamkeeper dev     the same from its sources, which may change meanwhile

  --production         as a service: the environment names the data, nothing is built, nobody is an admin
                       without ADMIN_TOKEN, and the log stays JSON
  --help               print this

It is told by the environment: PORT (8080), DATA_DIR (data), REPLICA_URL (gs://BUCKET/PATH,
s3://BUCKET/PATH, or the folder data/bucket), DATABASE_URL for PostgreSQL instead.

Exit codes: 0 stopped, 1 failed, 2 wrong arguments.`

const production = { type: 'boolean', default: false }

/** Serves the app until a signal comes: `dev` its sources, else what is built of them. */
export async function start({ dev }) {
  const options = readArguments(process.argv.slice(2), dev ? {} : { production })
  if (options.help) {
    console.log(help)
    return
  }
  const isService = options.production === true
  if (isService) mustBeService(process.env)
  const giveSignalsBack = endChildrenOnSignals()
  const env = await settings({ dev })
  const tools = { node: await node(), ...(!env.DATABASE_URL && { litestream: await litestream() }) }
  if (!dev && !isService) await buildIfChanged(tools.node)
  giveSignalsBack()
  process.exitCode = await serve({ tools, env, dev, isService })
}

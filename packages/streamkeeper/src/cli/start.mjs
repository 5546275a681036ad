import { readArguments } from './lib/arguments.mjs'
import { buildIfChanged } from './lib/build-if-changed.mjs'
import { endChildrenOnSignals } from './lib/children.mjs'
import { litestream } from './lib/litestream.mjs'
import { node } from './lib/node.mjs'
import { serve } from './lib/serve.mjs'
import { settings } from './lib/settings.mjs'

const help = `Runs the app on this machine, with Litestream and a bucket that is a folder unless told.

  streamkeeper start
  streamkeeper dev     the same from its sources, which may change meanwhile

  --help               print this

It is told by the environment: PORT (8080), DATA_DIR (data), REPLICA_URL (gs://BUCKET/PATH, or the
folder data/bucket), DATABASE_URL for PostgreSQL instead.

Exit codes: 0 stopped, 1 failed, 2 wrong arguments.`

/** Serves the app until a signal comes: `dev` its sources, else what is built of them. */
export async function start({ dev }) {
  if (readArguments(process.argv.slice(2)).help) {
    console.log(help)
    return
  }
  const giveSignalsBack = endChildrenOnSignals()
  const env = await settings({ dev })
  const tools = { node: await node(), ...(!env.DATABASE_URL && { litestream: await litestream() }) }
  if (!dev) await buildIfChanged(tools.node)
  giveSignalsBack()
  process.exitCode = await serve({ tools, env, dev })
}

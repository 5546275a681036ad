import { buildIfChanged } from './lib/build-if-changed.mjs'
import { endChildrenOnSignals } from './lib/children.mjs'
import { litestream } from './lib/litestream.mjs'
import { node } from './lib/node.mjs'
import { serve } from './lib/serve.mjs'
import { settings } from './lib/settings.mjs'
import { help, readArguments } from './lib/start-arguments.mjs'

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

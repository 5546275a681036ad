import './lib/require-node.mjs'
import { build } from './lib/build.mjs'
import { endChildrenOnSignals } from './lib/children.mjs'
import { dependencies } from './lib/dependencies.mjs'
import { report } from './lib/failure.mjs'
import { litestream } from './lib/litestream.mjs'
import { node } from './lib/node.mjs'
import { root } from './lib/project.mjs'
import { serve } from './lib/serve.mjs'
import { settings } from './lib/settings.mjs'
import { help, readArguments } from './lib/start-arguments.mjs'

try {
  const args = readArguments(process.argv.slice(2))
  if (args === 'help') console.log(help)
  else await start(args)
} catch (error) {
  report(error)
}

async function start({ dev }) {
  const giveSignalsBack = endChildrenOnSignals()
  const env = await settings({ dev })
  await dependencies()
  const tools = { node: await node(), ...(!env.DATABASE_URL && { litestream: await litestream() }) }
  // Loaded only now: it needs what has just been installed.
  const { watchClient } = dev ? await import('../../../../tools/client.mjs') : {}
  if (!dev) await build(tools.node)
  const endWatching = await watchClient?.(root)
  giveSignalsBack()
  process.exitCode = await serve({ tools, env, dev })
  await endWatching?.()
}

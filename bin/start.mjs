import './lib/require-node.mjs'
import { build } from './lib/build.mjs'
import { endChildrenOnSignals } from './lib/children.mjs'
import { dependencies } from './lib/dependencies.mjs'
import { report } from './lib/failure.mjs'
import { litestream } from './lib/litestream.mjs'
import { node } from './lib/node.mjs'
import { serve } from './lib/serve.mjs'
import { settings } from './lib/settings.mjs'

const dev = process.argv.includes('--dev')
const giveSignalsBack = endChildrenOnSignals()

try {
  const env = await settings({ dev })
  await dependencies()
  const tools = { node: await node(), ...(!env.DATABASE_URL && { litestream: await litestream() }) }
  if (!dev) await build(tools.node)
  giveSignalsBack()
  process.exitCode = await serve({ tools, env, dev })
} catch (error) {
  report(error)
}

import './lib/require-node.mjs'
import { build } from './lib/build.mjs'
import { endChildrenOnSignals } from './lib/children.mjs'
import { dependencies } from './lib/dependencies.mjs'
import { report } from './lib/failure.mjs'
import { litestream } from './lib/litestream.mjs'
import { node } from './lib/node.mjs'
import { serve } from './lib/serve.mjs'
import { settings } from './lib/settings.mjs'

const usage = `Builds the app and serves it, with a folder of this machine as the bucket unless told otherwise.

  npm start               what is deployed
  npm run dev             the sources as you change them

It takes its settings from the environment: PORT (8080), DATA_DIR (data), REPLICA_URL, and those in
docs/deploy.md. Ctrl-C stops it.`

const args = process.argv.slice(2)
const help = args.includes('--help') || args.includes('-h')
const unknown = args.find((arg) => !['--dev', '--help', '-h'].includes(arg))
if (help) {
  console.log(usage)
} else if (unknown !== undefined) {
  console.error(`"${unknown}" is no option of this command: --help says what there is.`)
  process.exitCode = 2
} else {
  await start(args.includes('--dev'))
}

async function start(dev) {
  const giveSignalsBack = endChildrenOnSignals()
  try {
    const env = await settings({ dev })
    await dependencies()
    const tools = {
      node: await node(),
      ...(!env.DATABASE_URL && { litestream: await litestream() }),
    }
    if (!dev) await build(tools.node)
    giveSignalsBack()
    process.exitCode = await serve({ tools, env, dev })
  } catch (error) {
    report(error)
  }
}

import { parseArgs } from 'node:util'
import { parseReplicaUrl } from '../replica-url.ts'
import { openStore } from '../store/open-store.ts'
import { inspect, repair } from './repair.ts'

const help = `Shows, or repairs, the writer lease of a replica.

  npm run lease -- show   [--url URL] [--json]
  npm run lease -- repair [--url URL] [--epoch N] [--service NAME]

  --url       the replica; REPLICA_URL unless given
  --epoch     the epoch to restore from now on; it has to be complete
  --service   the service that may use the replica from now on
  --json      print JSON

repair writes a lease that nobody holds. Whoever leads at that moment steps down, so stop the
service first. Exit codes: 0 done, 1 failed, 2 wrong arguments.`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(args: string[]): Promise<number> {
  const parsed = parse(args)
  if (!parsed) {
    console.error(help)
    return args.includes('--help') ? 0 : 2
  }
  const { command, values } = parsed
  const store = openStore(parseReplicaUrl(values.url ?? process.env.REPLICA_URL ?? ''))
  if (command === 'repair') {
    const { epoch, service } = values
    await repair(store, {
      epoch: epoch === undefined ? null : Number(epoch),
      service: service ?? null,
    })
  }
  const found = await inspect(store)
  console.log(values.json ? JSON.stringify(found) : found.words)
  return 0
}

function parse(args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        epoch: { type: 'string' },
        service: { type: 'string' },
        json: { type: 'boolean' },
      },
    })
    const [command] = positionals
    const isEpoch = values.epoch === undefined || /^[1-9]\d*$/.test(values.epoch)
    const isCommand = command === 'show' || command === 'repair'
    return isCommand && isEpoch && positionals.length === 1 ? { command, values } : null
  } catch {
    return null
  }
}

/**
 * How long it takes from a SIGKILL of the leader's container until a follower, which is asked then,
 * acknowledges the next entry; and where the time goes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { postEntry } from '../../e2e/support/api-client.ts'
import { Bucket } from '../../e2e/support/bucket.ts'
import { Container } from '../../e2e/support/container.ts'
import { fillWith } from './support/ballast.ts'
import { printTable } from './support/table.ts'

const megabytes = (process.env.MEGABYTES ?? '0,100').split(',').map(Number)
const times = Number(process.env.TIMES ?? 20)

/** All in seconds: until the lease was taken, until it led, until the entry was acknowledged; and in all. */
type Crash = { lease: number; takeOver: number; firstSync: number; all: number }

const rows: (string | number)[][] = []
for (const size of megabytes) {
  const crashes = await measure(size)
  for (const part of ['all', 'lease', 'takeOver', 'firstSync'] as const) {
    const sorted = crashes.map((crash) => crash[part]).sort((a, b) => a - b)
    const [median = 0, least = 0, most = 0] = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)]
    rows.push([size, part, sorted.length, least, median, most])
  }
}
printTable(['MB', 'part', 'times', 'least s', 'median s', 'most s'], rows)

async function measure(size: number): Promise<Crash[]> {
  const bucket = await Bucket.start()
  if (size > 0) await bucket.seed((database) => fillWith(database, size))
  const start = async (revision: string) => {
    const environment = {
      REPLICA_URL: bucket.replicaUrl,
      K_SERVICE: 'visits',
      K_REVISION: revision,
    }
    const quiet = { RATE_LIMITS: 'off', METRICS_PORT: '', LITESTREAM_METRICS: '' }
    const container = await Container.start(
      { ...environment, ...quiet, ...bucket.environment },
      size > 500 ? `${3 * size}m` : '1g',
    )
    await container.ready()
    return container
  }
  const crashes: Crash[] = []
  const acknowledged: string[] = []
  const write = async (instance: Container) => {
    const message = `entry-${acknowledged.length}`
    while ((await postEntry(instance.url, message, message)) !== 201) await sleep(20)
    acknowledged.push(message)
  }
  let leader = await start('0')
  for (let number = 1; number <= times; number++) {
    const follower = await start(String(number))
    for (let entry = 0; entry < 3; entry++) await write(leader)
    // At any moment of its renewals.
    await sleep(Math.random() * 2_000)
    // The engine takes its time as well.
    const killedAt = Date.now()
    await leader.kill()
    await write(follower)
    crashes.push(split(await follower.logs(), killedAt, Date.now()))
    console.log(size, JSON.stringify(crashes.at(-1)))
    await leader.remove()
    leader = follower
  }
  await leader.stop()
  await leader.remove()
  const { messages } = await bucket.content()
  const lost = acknowledged.filter((message) => !messages.includes(message))
  if (lost.length > 0) throw new Error(`Lost: ${lost.join(', ')}`)
  await bucket.stop()
  return crashes
}

function split(logs: string, killedAt: number, endedAt: number): Crash {
  const lines = logs.split('\n').flatMap((line) => {
    return line.startsWith('{"severity"') ? [JSON.parse(line)] : []
  })
  const led = lines.find(({ message }) => message.startsWith('Leading epoch'))
  const ledAt = Date.parse(led?.time)
  const inSeconds = (ms: number) => Math.round(ms) / 1_000
  return {
    lease: inSeconds(ledAt - led?.ms - killedAt),
    takeOver: inSeconds(led?.ms),
    firstSync: inSeconds(endedAt - ledAt),
    all: inSeconds(endedAt - killedAt),
  }
}

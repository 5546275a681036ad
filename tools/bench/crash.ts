/**
 * How long it takes from a SIGKILL of the leader's container until a follower, which is asked then,
 * acknowledges the next entry; and where the time goes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Container } from '../../e2e/support/container.ts'
import { bucketWith } from './support/ballast.ts'
import { acknowledges, startContainer, until } from './support/containers.ts'
import { numbers, percentile, type Row, show } from './support/table.ts'

const times = Number(process.env.TIMES ?? 20)

/** In seconds: until the lease was taken, until it led, until the entry was acknowledged; and in all. */
type Crash = { all: number; lease: number; 'take-over': number; 'first sync': number }

const rows: Row[] = []
for (const size of numbers('MEGABYTES', '0,100')) {
  const crashes = await measure(size)
  for (const part of ['all', 'lease', 'take-over', 'first sync'] as const) {
    const all = crashes.map((crash) => crash[part])
    const [least, most] = [Math.min(...all), Math.max(...all)]
    const row = { MB: size, part, times, 'least s': least, 'median s': percentile(all, 0.5) }
    rows.push({ ...row, 'most s': most })
  }
}
show('From a SIGKILL to the next entry', rows)

async function measure(size: number): Promise<Crash[]> {
  const bucket = await bucketWith(size)
  const start = async (revision: number) => {
    const disk = size > 500 ? `${3 * size}m` : '1g'
    const container = await startContainer(bucket, { revision: String(revision), disk })
    await container.ready()
    return container
  }
  const crashes: Crash[] = []
  const acknowledged: string[] = []
  const write = async (instance: Container) => {
    const message = `entry-${acknowledged.length}`
    await until(() => acknowledges(instance, message))
    acknowledged.push(message)
  }
  let leader = await start(0)
  for (let number = 1; number <= times; number++) {
    const follower = await start(number)
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
  const seconds = (ms: number) => Math.round(ms) / 1_000
  return {
    all: seconds(endedAt - killedAt),
    lease: seconds(ledAt - led?.ms - killedAt),
    'take-over': seconds(led?.ms),
    'first sync': seconds(endedAt - ledAt),
  }
}

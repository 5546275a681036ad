import { setTimeout } from 'node:timers/promises'
import { random } from '../packages/streamkeeper/src/test-tools/random.ts'
import type { Bucket } from './support/bucket.ts'
import type { Container } from './support/container.ts'
import { History } from './support/history.ts'
import { expect, test } from './support/test.ts'

const rounds = Number(process.env.HISTORY_ROUNDS ?? 5)
const seed = Number(process.env.HISTORY_SEED ?? Date.now() % 1_000_000)

type Ending = (app: Container, bucket: Bucket) => Promise<unknown>

const endings: Record<string, Ending> = {
  'SIGKILL for all': (app) => app.kill(),
  'SIGKILL for the server': (app) => app.crash(),
  SIGTERM: (app) => app.stop(),
  'the bucket cut, then SIGKILL': async (app, bucket) => {
    await bucket.cut()
    await setTimeout(300)
    await app.kill()
    await bucket.mend()
  },
  'uploads hanging, then SIGTERM': async (app, bucket) => {
    bucket.inject({ hang: true, only: 'writes' })
    await setTimeout(300)
    await app.stop()
    bucket.inject(null)
  },
}

test('clients write while the app is ended in random ways at random moments', async ({
  bucket,
  start,
}) => {
  test.setTimeout(60_000 + rounds * 30_000)
  const next = random(seed)
  let app = await start()
  const history = new History(() => app.url)
  for (let round = 1; round <= rounds; round++) {
    await app.ready()
    const names = Object.keys(endings)
    const name = names[Math.floor(next() * names.length)] ?? ''
    const afterMs = Math.round(200 + next() * 1_300)
    await setTimeout(afterMs)
    const acknowledged = [...history.acknowledged]
    await endings[name]?.(app, bucket)
    console.log(
      `seed ${seed}, round ${round} of ${rounds}: ${name} after ${afterMs} ms, ${acknowledged.length} entries acknowledged`,
    )
    history.check((await bucket.content()).messages, acknowledged)
    app = await start()
  }
  await app.ready()
  await history.end()
  expect(await app.stop()).toBe(0)
  history.check((await bucket.content()).messages)
  // A round that follows a SIGKILL can be over before the lease of the one before has run out.
  expect(history.acknowledged.size).toBeGreaterThan(rounds * 2)
})

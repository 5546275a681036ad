import { setTimeout } from 'node:timers/promises'
import { FaultyProxy } from '../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import { freePort, hostFromContainer } from '../packages/streamkeeper/src/test-tools/ports.ts'
import { postEntry } from './support/api-client.ts'
import type { Container } from './support/container.ts'
import { expect, test } from './support/test.ts'

// Playwright runs files by their names: this one, which takes longest and only waits, begins first.
test('a reader that could not reach the bucket for 90 s has what the writer has, and nothing else', async ({
  bucket,
  start,
}) => {
  const writer = await start()
  await writer.ready()
  expect(await postEntry(writer.url, 'before')).toBe(201)
  const host = bucket.environment.STORAGE_EMULATOR_HOST ?? ''
  const proxy = new FaultyProxy(await freePort(), Number(host.split(':')[1]), host)
  await proxy.mend()
  try {
    const reader = await start({
      ...{ ROLE: 'reader', WRITER_URL: writer.url },
      STORAGE_EMULATOR_HOST: `${hostFromContainer}:${proxy.port}`,
    })
    await reader.ready()
    proxy.inject({ hang: true })
    let meanwhile = 0
    for (const until = Date.now() + 90_000; Date.now() < until; await setTimeout(3_000)) {
      expect(await postEntry(writer.url, `meanwhile ${++meanwhile}`)).toBe(201)
    }
    const stale = await fetch(`${reader.url}/api/entries`)
    expect(stale.status).toBe(200)
    expect(Number(stale.headers.get('x-copy-age-seconds'))).toBeGreaterThanOrEqual(85)
    proxy.inject(null)
    expect(await postEntry(writer.url, 'after')).toBe(201)
    const all = async ({ url }: Container) => (await fetch(`${url}/api/entries?limit=100`)).json()
    const there = await all(writer)
    expect(there.entries).toHaveLength(meanwhile + 2)
    await expect.poll(() => all(reader), { timeout: 60_000 }).toEqual(there)
  } finally {
    await proxy.cut()
  }
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base } from '@playwright/test'
import { Bucket } from './bucket.ts'
import { Container, type StartOptions } from './container.ts'

type Fixtures = {
  /** An empty folder. */
  folder: string
  /** An empty bucket. */
  bucket: Bucket
  /** Starts a container, on an empty disk unless told otherwise; waits for nothing. */
  start: (
    environment?: Record<string, string>,
    disk?: string,
    options?: StartOptions,
  ) => Promise<Container>
  /** A running app with an empty bucket. */
  app: Container
}

export const test = base.extend<Fixtures>({
  folder: async ({ browserName: _ }, use) => {
    // Not Playwright's own: its path is too long for Litestream's socket.
    const folder = await mkdtemp(join(tmpdir(), 'visits-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },

  bucket: async ({ browserName: _ }, use) => {
    const bucket = await Bucket.start()
    await use(bucket)
    await bucket.stop()
  },

  start: async ({ bucket }, use, testInfo) => {
    const started: Container[] = []
    await use(async (environment, disk, options) => {
      const found = {
        // All containers share the ports of this machine.
        METRICS_PORT: '',
        LITESTREAM_METRICS: '',
        // All clients of a test have one address.
        RATE_LIMITS: 'off',
        // Where a test has no token of its own, everybody is an admin.
        ...(!environment?.ADMIN_TOKEN && { LOCAL: '1' }),
        REPLICA_URL: bucket.replicaUrl,
        ...bucket.environment,
        ...environment,
      }
      const container = await Container.start(found, disk, options)
      started.push(container)
      return container
    })
    for (const container of started) {
      if (testInfo.status !== testInfo.expectedStatus) {
        // Where there is only the output of the tests to learn from, it has to be in there.
        console.log((await container.logs()).split('\n').slice(-60).join('\n'))
      }
      await container.remove()
    }
  },

  app: async ({ start }, use) => {
    const app = await start()
    await app.ready()
    await use(app)
  },
})

export { expect } from '@playwright/test'

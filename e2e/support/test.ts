import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type TestInfo } from '@playwright/test'
import type { StorageName } from '../../packages/streamkeeper/src/test-tools/faulty-bucket.ts'
import { adminToken, bearer } from './admin.ts'
import { entriesOf } from './api-client.ts'
import { Bucket } from './bucket.ts'
import { Container, type StartOptions } from './container.ts'

export type Options = {
  /** What keeps the bucket. */
  storage: StorageName
}

type Fixtures = Options & {
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
  /** The token of admins in `app`: none, unless a file says so. */
  token: string
  /** A running app with an empty bucket. */
  app: Container
  /**
   * A running app with a token, which other tests use, too: its guestbook is empty, and counts go on,
   * of ids and of visits. A test that changes its settings, its bucket or its state takes `app`.
   */
  shared: Container
}

type WorkerFixtures = { lasting: Container }

export const test = base.extend<Fixtures, WorkerFixtures>({
  folder: async ({ browserName: _ }, use) => {
    // Not Playwright's own: its path is too long for Litestream's socket.
    const folder = await mkdtemp(join(tmpdir(), 'visits-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },

  storage: ['cloud-storage', { option: true }],

  bucket: async ({ storage }, use) => {
    const bucket = await Bucket.start(storage)
    await use(bucket)
    await bucket.stop()
  },

  start: async ({ bucket }, use, testInfo) => {
    const started: Container[] = []
    await use(async (environment, disk, options) => {
      const container = await startOn(bucket, environment, disk, options)
      started.push(container)
      return container
    })
    for (const container of started) await showLogsOfFailure(container, testInfo)
    await Promise.all(started.map((container) => container.remove()))
  },

  token: ['', { option: true }],

  app: async ({ start, token }, use) => {
    const app = await start(token ? { ADMIN_TOKEN: token } : {})
    await app.ready()
    await use(app)
  },

  lasting: [
    async ({ browserName: _ }, use) => {
      const bucket = await Bucket.start()
      const container = await startOn(bucket, { ADMIN_TOKEN: adminToken })
      await container.ready()
      await use(container)
      await container.remove()
      await bucket.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  shared: async ({ lasting }, use, testInfo) => {
    await emptyGuestbook(lasting.url)
    await use(lasting)
    await showLogsOfFailure(lasting, testInfo)
  },
})

function startOn(
  bucket: Bucket,
  environment?: Record<string, string>,
  disk?: string,
  options?: StartOptions,
): Promise<Container> {
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
  return Container.start(found, disk, options)
}

// Where there is only the output of the tests to learn from, it has to be in there.
async function showLogsOfFailure(container: Container, testInfo: TestInfo): Promise<void> {
  if (testInfo.status === testInfo.expectedStatus) return
  console.log((await container.logs()).split('\n').slice(-60).join('\n'))
}

// A machine that is busy may not confirm all of it at once.
async function emptyGuestbook(url: string): Promise<void> {
  await expect(async () => {
    for (let left = await entriesOf(url); left.length > 0; left = await entriesOf(url)) {
      const deleted = left.slice(0, 20).map(({ id }) => {
        return fetch(`${url}/api/entries/${id}`, { method: 'DELETE', headers: bearer })
      })
      for (const answer of await Promise.all(deleted)) {
        expect(answer.status, await answer.text()).toBe(204)
      }
    }
  }).toPass({ timeout: 40_000 })
}

export { expect }

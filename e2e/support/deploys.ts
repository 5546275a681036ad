import { Router } from '../../packages/streamkeeper/src/test-tools/router.ts'
import { postEntry } from './api-client.ts'
import type { Bucket } from './bucket.ts'
import type { Container } from './container.ts'
import { History } from './history.ts'
import { test as base, expect } from './test.ts'

type Fixtures = {
  router: Router
  /**
   * Starts an instance of a revision, and waits until its probe lets it have requests.
   *
   * @param options.isNext whether it is of the release after this one
   */
  deploy: (
    revision: string,
    options?: { isNext?: boolean; environment?: Record<string, string> },
  ) => Promise<Container>
}

/** Tests of what happens while Cloud Run brings in another revision. */
export const test = base.extend<Fixtures>({
  router: async ({ browserName: _ }, use) => {
    const router = await Router.start()
    await use(router)
    router.stop()
  },
  deploy: async ({ start }, use) => {
    await use(async (revision, { isNext = false, environment = {} } = {}) => {
      const variables = { K_SERVICE: 'visits', K_REVISION: revision, ...environment }
      const instance = await start(variables, undefined, { isNext })
      await instance.ready()
      return instance
    })
  },
})

export const leader = async (bucket: Bucket) => (await bucket.lease())?.holder?.revision

/** Clients that write and read through the router, once the first revision leads. */
export async function begin(router: Router, first: Container): Promise<History> {
  router.route(first)
  expect(await postEntry(router.url, '0.0', '0.0')).toBe(201)
  const history = new History(() => router.url, { writers: 4, readers: 2 })
  await history.grows()
  return history
}

export async function finish(history: History, bucket: Bucket, last: Container): Promise<void> {
  await history.grows()
  await history.end()
  expect(await last.stop()).toBe(0)
  const { messages } = await bucket.content()
  history.check(messages.filter((message) => message !== '0.0'))
}

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Pool } from 'pg'
import { Cluster } from '../../packages/streamkeeper/src/test-tools/cluster.ts'
import { freePort } from '../../packages/streamkeeper/src/test-tools/ports.ts'
import { History } from './history.ts'

/** An instance of the app, until it is ended. */
async function startApp(environment: Record<string, string>) {
  const port = await freePort()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'app.ts')], {
    env: {
      ...process.env,
      ...environment,
      PORT: String(port),
      RATE_LIMITS: 'off',
      ADMIN_TOKEN: History.token,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const url = `http://127.0.0.1:${port}`
  const isReady = () =>
    fetch(`${url}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
  while (!(await isReady())) {
    assert.equal(child.exitCode, null, output)
    await setTimeout(50)
  }
  return {
    url,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      return (await exited)[0]
    },
  }
}

describe('The app on PostgreSQL that fails over', { timeout: 240_000 }, () => {
  let cluster: Cluster
  let apps: Awaited<ReturnType<typeof startApp>>[] = []
  let history: History
  before(async () => {
    cluster = await Cluster.start()
    const environment = { DATABASE_URL: cluster.url, DATABASE_READ_URL: cluster.readUrl }
    apps = await Promise.all([startApp(environment), startApp(environment)])
    history = new History(apps.map(({ url }) => url))
    await history.grows()
  })
  after(async () => {
    await history?.end()
    const codes = await Promise.all(apps.map((app) => app.stop()))
    await cluster?.[Symbol.asyncDispose]()
    assert.deepEqual(codes, [0, 0])
  })

  const faults = {
    'another server is made the primary': () => cluster.switchOver(),
    'the primary is killed': async () => {
      const primary = await cluster.ready(1)
      await primary.kill()
      return () => primary.start()
    },
    'the primary is frozen': async () => {
      const primary = await cluster.ready(1)
      primary.freeze()
      return () => primary.thaw()
    },
    'the primary is cut off': async () => {
      const primary = await cluster.ready(1)
      primary.cutOff()
      return () => primary.join()
    },
  }

  for (const [what, begin] of Object.entries(faults)) {
    it(`goes on, keeps what it has acknowledged, and answers everybody where ${what}`, async (test) => {
      await cluster.ready(1)
      history.gaps()
      const end = await begin()
      await history.grows()
      const { write, read } = history.gaps()
      test.diagnostic(`nothing was written for ${write} ms, nothing read for ${read} ms`)
      end?.()
      // With the one that thought that it still led.
      await history.grows()
    })
  }

  it('has lost and doubled nothing at the end', async (test) => {
    await history.grows()
    await history.end()
    const pool = new Pool({ connectionString: cluster.url })
    try {
      await history.check(pool)
    } finally {
      await pool.end()
    }
    test.diagnostic(`${history.size} entries; failures: ${JSON.stringify([...history.failures])}`)
    for (const app of apps) assert.doesNotMatch(app.output(), /CRITICAL/)
  })
})

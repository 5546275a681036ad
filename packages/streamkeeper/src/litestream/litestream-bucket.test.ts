import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { GcsStore } from '../stores/gcs-store.ts'
import { litestreamUrl } from '../stores/litestream-url.ts'
import { S3Store } from '../stores/s3-store.ts'
import type { Store } from '../stores/store.ts'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { FaultyProxy } from '../test-tools/faulty-proxy.ts'
import { freePort } from '../test-tools/ports.ts'
import { S3Server } from '../test-tools/s3-server.ts'
import { restored, runLitestream, temporaryFolder, write } from './test-support.ts'

const configuration = join(import.meta.dirname, '../../../../litestream.yml')

describe('Litestream, with Cloud Storage', () => {
  it('compacts what was uploaded, and removes it when it is old', async (test) => {
    await using cloud = await FakeCloudStorage.start()
    process.env.STORAGE_EMULATOR_HOST = cloud.host
    const url = cloud.emptyUrl()
    await compacts(test, url, new GcsStore(url, { emulatorHost: cloud.host }))
  })

  it('does so in a store that speaks S3, at the place and with the keys of this process', async (test) => {
    await using s3 = await S3Server.start()
    Object.assign(process.env, s3.environment)
    test.after(() => {
      for (const name of Object.keys(s3.environment)) delete process.env[name]
    })
    const url = s3.emptyUrl()
    assert.match(litestreamUrl(url), /\?endpoint=http%3A%2F%2F127.0.0.1%3A\d+&region=us-east-1&fo/)
    await compacts(test, url, new S3Store(url, { settings: s3.settings }))
  })

  async function compacts(test: TestContext, url: string, store: Store) {
    const settings = 'levels: [{interval: 1s}, {interval: 2s}]\nl0-retention: 1ms'
    const { folder, litestream } = await runLitestream(test, 60, settings)
    const path = join(folder, 'app.db')
    const isThere = async (file: string) => (await store.list(`ltx/${file}`)).length > 0
    const texts: string[] = []
    const add = async () => {
      texts.push(String(texts.length))
      write(path, texts.at(-1) ?? '')
      await litestream.sync(path, 5_000)
    }
    write(path, 'begun')
    await litestream.register(path, url, 5_000)
    await litestream.sync(path, 5_000)
    while (!(await isThere('2/'))) await add()
    while (await isThere('0/0000000000000001')) await add()
    assert.deepEqual(await restored(folder, url), ['begun', ...texts])
  }

  it('restores what is compacted away while it reads', async (test) => {
    await using cloud = await FakeCloudStorage.start()
    const proxy = new FaultyProxy(await freePort(), Number(cloud.host.split(':')[1]), cloud.host)
    await proxy.mend()
    test.after(() => proxy.cut())
    process.env.STORAGE_EMULATOR_HOST = `127.0.0.1:${proxy.port}`
    const settings = 'levels: [{interval: 1s}]\nl0-retention: 1h'
    const { folder, litestream } = await runLitestream(test, 60, settings)
    const [path, url] = [join(folder, 'app.db'), cloud.emptyUrl()]
    const store = new GcsStore(url, { emulatorHost: cloud.host })
    proxy.inject({ status: 503, only: /^\/upload.*\/ltx\/1\// })
    write(path, 'one')
    await litestream.register(path, url, 5_000)
    for (const text of ['two', 'three']) {
      await litestream.sync(path, 5_000)
      write(path, text)
    }
    await litestream.sync(path, 5_000)
    // The plan is made, and nothing of it read yet.
    proxy.inject({ hang: true, only: 'reads' })
    const restoring = restored(folder, url)
    while (proxy.counts.read === 0) await sleep(5)
    // Named by the first and the last transaction that is in it.
    const last = async (level: number) =>
      (await store.list(`ltx/${level}/`))
        .map(({ name }) => name.split('-').at(-1))
        .sort()
        .at(-1)
    while ((await last(1)) !== (await last(0))) await sleep(50)
    await store.remove('ltx/0/')
    await proxy.cut()
    await proxy.mend()
    assert.deepEqual(await restoring, ['one', 'two', 'three'])
  })

  it('has no metrics of a database any more that was unregistered', async (test) => {
    const port = await freePort()
    const { folder, litestream } = await runLitestream(test, 60, `addr: 127.0.0.1:${port}`)
    const [path, url] = [join(folder, 'app.db'), `file://${join(folder, 'bucket')}`]
    const ofIt = async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      return metrics.split('\n').filter((line) => line.includes(`db="${path}"`))
    }
    write(path, 'one')
    await litestream.register(path, url, 5_000)
    await litestream.sync(path, 5_000)
    assert.notDeepEqual(await ofIt(), [])
    await litestream.unregister(path, 1_000, 5_000)
    assert.deepEqual(await ofIt(), [])
  })

  it('understands all of the settings here', async (test) => {
    const env = { ...process.env, DATA_DIR: temporaryFolder(test), LITESTREAM_METRICS: '' }
    const args = ['replicate', '-config', configuration, '-exec', 'sleep 0.1']
    const litestream = spawn('litestream', args, { env })
    const lines: { level: string; msg: string; interval?: number }[] = []
    for (const output of [litestream.stdout, litestream.stderr]) {
      createInterface(output).on('line', (line) => lines.push(JSON.parse(line)))
    }
    await once(litestream, 'close')
    const seconds = lines.flatMap(({ msg, interval }) =>
      msg === 'starting compaction monitor' ? Number(interval) / 1e9 : [],
    )
    assert.deepEqual(
      seconds.toSorted((one, other) => one - other),
      [5, 60, 600, 3_600, 21_600],
    )
    assert.deepEqual(
      lines.filter(({ level }) => level === 'WARN'),
      [],
    )
    assert.match(readFileSync(configuration, 'utf8'), /^shutdown-timeout: 9\.\d+s$/m)
  })
})

import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineConfig } from '../config.ts'
import { leaseName } from '../lease/lease-object.ts'
import { LitestreamGone } from '../litestream/litestream.ts'
import { runLitestream, temporaryFolder } from '../litestream/test-support.ts'
import { FileStore } from '../stores/file-store.ts'
import { assemble } from './assemble.ts'
import { readEnvironment } from './environment.ts'

describe('A server whose Litestream ends', () => {
  it('is to end as well, and has given the lease back before anybody asks it for anything', {
    timeout: 30_000,
  }, async (test) => {
    const { litestream, folder, end } = await runLitestream(test)
    const bucket = join(temporaryFolder(test), 'bucket')
    mkdirSync(bucket)
    const environment = readEnvironment({ REPLICA_URL: `file://${bucket}`, DATA_DIR: folder })
    const stop = new AbortController()
    const config = defineConfig({ name: 'app' })
    const app = join(import.meta.dirname, '../../../..')
    const parts = assemble(environment, config, litestream, app, stop)
    const { lease, database, leadership, lifecycle } = parts
    test.after(() => database.close())
    await database.restore(await lease.read())
    lifecycle.enter({ name: 'following', problem: null })
    await leadership.lead()
    const store = new FileStore(bucket)
    const holder = async () => JSON.parse((await store.read(leaseName))?.body ?? '').holder
    assert.notEqual(await holder(), null)
    await end()
    while ((await holder()) !== null) await sleep(5)
    assert.ok(stop.signal.reason instanceof LitestreamGone)
    assert.ok(!lease.isValid)
    await leadership.end()
  })
})

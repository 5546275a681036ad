import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Metrics } from './metrics.ts'

const status = {
  ...{ state: 'leading', epoch: 3, problem: null, copyAgeMs: 0, restoreMs: 1, upMs: 2, events: [] },
  ...{ databaseBytes: 3, walBytes: 4, setAside: [] },
  instance: { id: 'i', service: 's', revision: 'r', instance: 'h' },
  lease: { code: 'failed', message: 'no' },
  replication: {
    ...{ beginning: null, firstUploadBytes: 5, txid: 6, replicatedTxid: 6, lagMs: 7, waiting: 0 },
    ...{ lastDurableAt: new Date(8_000), problem: null },
  },
}

describe('Metrics', () => {
  it('are named by the app, as Prometheus allows it', () => {
    const metrics = new Metrics('my-app')
    metrics.request('read', { ms: 1, status: 200 })
    metrics.sync(1)
    const text = metrics.text(status, { count: () => 0 })
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
    assert.ok(names.length > 15)
    for (const name of names) assert.match(name ?? '', /^my_app_[a-z_]+$/)
    assert.match(text, /^my_app_request_seconds_count\{kind="read",status="2xx"\} 1$/m)
  })
})

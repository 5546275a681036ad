import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { replicate } from '../litestream/test-support.ts'
import { parseReplicaUrl } from '../stores/replica-url.ts'
import { listHistory } from './history.ts'
import { bucketScene, note, run } from './test-support.ts'

const noon = Date.UTC(2020, 0, 1, 12)

describe('history', () => {
  it('says of each epoch what it is, and who leads', async (test) => {
    const { url, path, store, lease, lead } = bucketScene(test)
    note(path, 'from before there were epochs')
    await replicate(path, url)
    await lead({ a: noon, b: noon + 1_000 }, noon + 500)
    await lead({ never: noon + 2_000 }, null)
    await lead({ c: noon + 3_000 }, noon + 4_000)
    await lead({ beginning: noon + 5_000 }, null)
    await lease.acquire()
    const { epochs, states, isHeldByOther } = await listHistory({
      store,
      url: parseReplicaUrl(url),
    })
    assert.equal(isHeldByOther, true)
    assert.deepEqual(
      epochs.map(({ epoch, objects }, index) => ({ epoch, state: states[index]?.state, objects })),
      [
        { epoch: 0, state: { name: 'obsolete', since: noon + 500 }, objects: 1 },
        { epoch: 1, state: { name: 'obsolete', since: noon + 4_000 }, objects: 2 },
        { epoch: 2, state: { name: 'never complete' }, objects: 1 },
        { epoch: 3, state: { name: 'restorable', since: noon + 4_000 }, objects: 1 },
        { epoch: 4, state: { name: 'never complete' }, objects: 1 },
      ],
    )
    const found = epochs[1]
    assert.deepEqual(
      [found?.first, found?.last],
      [
        { txid: 1, at: noon },
        { txid: 2, at: noon + 1_000 },
      ],
    )
    assert.ok(found && found.bytes > 500 && found.bytes < 20_000, `${found?.bytes}`)
  })

  it('tells an epoch that is being uploaded from one that never was complete', async (test) => {
    const { url, path, store, lease } = bucketScene(test)
    const { epoch } = await lease.acquire()
    note(path, 'a')
    await replicate(path, `${url}/epoch-0000000${epoch}`)
    const bucket = { store, url: parseReplicaUrl(url) }
    const state = async () => (await listHistory(bucket)).states[0]?.state.name
    assert.equal(await state(), 'beginning')
    await lease.release()
    assert.equal(await state(), 'never complete')
  })

  it('prints a table, and one document for programs', async (test) => {
    const { url, lead } = bucketScene(test)
    await lead({ a: noon, b: noon + 1_000 }, noon + 500)
    const { code, stdout } = await run('history', ['--url', url])
    assert.equal(code, 0)
    assert.match(
      stdout,
      /^epoch +state .+\n1 +restorable +2020-01-01T12:00:00.000Z +2020-01-01T12:00:01.000Z +1 to 2 +2 .+\n\nNobody leads/,
    )
    const document = JSON.parse((await run('history', ['--url', url, '--json'])).stdout)
    assert.deepEqual([document.ok, document.service, document.epochs.length], [true, 'local', 1])
  })

  it('lists what is there also where the lease is damaged, and fails', async (test) => {
    const { url, store, lead } = bucketScene(test)
    await lead({ a: noon }, noon)
    await store.write('lease.json', '{', (await store.read('lease.json'))?.generation ?? null)
    const { code, stderr } = await run('history', ['--url', url])
    assert.equal(code, 1)
    assert.match(stderr, /\n1 +unknown .+\n\nThe lease in the bucket can not be read.+repair/)
  })

  it('says that there is nothing', async (test) => {
    const { url } = bucketScene(test)
    const { code, stderr } = await run('history', ['--url', url])
    assert.deepEqual([code, stderr], [1, `There is no replica below ${url}.\n`])
  })
})

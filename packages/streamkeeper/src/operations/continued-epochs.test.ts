import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { removeObsolete } from '../lease/retention.ts'
import { diagnose } from '../litestream/diagnose.ts'
import { FileStore } from '../stores/file-store.ts'
import { epochUrl, parseReplicaUrl } from '../stores/replica-url.ts'
import { listHistory } from './history.ts'
import { filledOnce, note, notesIn, run } from './test-support.ts'

const noon = Date.UTC(2020, 0, 1, 12)
const time = (seconds: number) => new Date(noon + seconds * 1_000).toISOString()

const filled = filledOnce(async ({ lead, goOn }) => {
  await lead({ a: noon, b: noon + 50_000, z: noon + 55_000 }, noon + 10_000, {
    snapshotAt: noon + 57_000,
  })
  await goOn({ c: noon + 101_000, d: noon + 120_000 }, noon + 100_000)
})

/** Epoch 2 continued epoch 1 at 12:01:40, of which it has a snapshot of 12:00:57 and no state before. */
async function scene(test: TestContext) {
  const bucket = await filled(test)
  const to = join(bucket.folder, 'restored.db')
  const at = async (seconds: number, ...args: string[]) => {
    const given = ['--to', to, '--url', bucket.url, '--at', time(seconds), '--force', ...args]
    const { code, stderr } = await run('restore', given)
    return code === 0 ? notesIn(to) : stderr
  }
  return { ...bucket, at, to }
}

describe('In a bucket with an epoch that continued another', () => {
  it('restore finds each moment in the epoch that was restorable then', async (test) => {
    const { at } = await scene(test)
    assert.deepEqual(await at(10), ['a'])
    assert.deepEqual(await at(52), ['a', 'b'])
    assert.deepEqual(await at(99.999), ['a', 'b', 'z'])
    assert.deepEqual(await at(100), ['a', 'b', 'z'])
    assert.deepEqual(await at(119.999), ['a', 'b', 'z', 'c'])
    assert.deepEqual(await at(120), ['a', 'b', 'z', 'c', 'd'])
  })

  it('restore takes of the newer epoch what it has of the older, and says what it has not', async (test) => {
    const { at, goOn } = await scene(test)
    assert.deepEqual(await at(60, '--epoch', '2'), ['a', 'b', 'z'])
    assert.match(String(await at(52, '--epoch', '2')), /not kept in epoch-00000002: nothing before/)
    await goOn({ e: noon + 201_000 }, noon + 200_000)
    assert.deepEqual(await at(119), ['a', 'b', 'z', 'c'])
    assert.deepEqual(await at(300), ['a', 'b', 'z', 'c', 'd', 'e'])
  })

  it('history says which epoch continued which, and from when on each has states', async (test) => {
    const { url, store, lead } = await scene(test)
    await lead({ uploaded: noon + 300_000 }, noon + 300_000)
    const { epochs, states } = await listHistory({ store, url: parseReplicaUrl(url) })
    assert.deepEqual(
      epochs.map(({ epoch, first, fault }, index) => ({ epoch, first, fault, ...states[index] })),
      [
        {
          ...{ epoch: 1, first: { txid: 1, at: noon }, fault: null, isLeading: false },
          ...{ state: { name: 'obsolete', since: noon + 100_000 }, continues: null },
        },
        {
          ...{ epoch: 2, first: { txid: 3, at: noon + 55_000 }, fault: null, isLeading: false },
          ...{ state: { name: 'obsolete', since: noon + 300_000 }, continues: 1 },
        },
        {
          ...{ epoch: 3, first: { txid: 1, at: noon + 300_000 }, fault: null, isLeading: false },
          ...{ state: { name: 'restorable', since: noon + 300_000 }, continues: null },
        },
      ],
    )
    const { stdout } = await run('history', ['--url', url])
    assert.match(stdout, /^2 +obsolete since 2020-01-01T12:05:00.000Z, continued 1 +/m)
  })

  it('verify and the lease’s tools take it for what it is', async (test) => {
    const { url, store } = await scene(test)
    const { code, stdout } = await run('verify', ['--url', url, '--json'])
    assert.equal(code, 0)
    const { epoch, changedAt } = JSON.parse(stdout)
    assert.deepEqual([epoch, changedAt], [2, time(120)])
    const shown = await run('lease', ['show', '--url', url])
    assert.match(shown.stdout, /restorable +epoch-00000002\n/)
    const repaired = await run('lease', ['repair', '--epoch', '2', '--url', url])
    assert.equal(repaired.code, 0, repaired.stderr)
    await store.remove('lease.json')
    const ambiguous = await run('history', ['--url', url])
    assert.match(ambiguous.stderr, /epoch-00000001, epoch-00000002/)
  })

  it('seed uploads all of a file, and the epoch is no continued one', async (test) => {
    const { at, url, store, folder } = await scene(test)
    const file = join(folder, 'seeded.db')
    note(file, 'seeded')
    const given = ['--from', file, '--replace', '--service', 'local', '--url', url]
    const { code, stderr } = await run('seed', given)
    assert.equal(code, 0, stderr)
    const { epochs, states } = await listHistory({ store, url: parseReplicaUrl(url) })
    assert.deepEqual([epochs.at(-1)?.first?.txid, states.at(-1)?.continues], [1, null])
    assert.deepEqual(await at(999), ['a', 'b', 'z', 'c', 'd'])
  })

  it('a copy that was cut off is never chosen, nor taken for a whole epoch', async (test) => {
    const { url, store, lease, goOn } = await scene(test)
    await goOn({}, null)
    await lease.acquire()
    await lease.release()
    await store.remove('epoch-00000003/ltx/9/')
    const { stderr, code } = await run('lease', ['repair', '--epoch', '3', '--url', url])
    assert.equal(code, 1)
    assert.match(stderr, /Nothing was changed.+transaction 1 of 6 is not there/)
    assert.equal((await lease.read()).lease.restorable, 2)
    const { epochs, states } = await listHistory({ store, url: parseReplicaUrl(url) })
    assert.equal(states.at(-1)?.state.name, 'never complete')
    assert.equal(epochs.at(-1)?.fault?.code, 'replica-behind')
  })

  it('the epoch that was continued is kept for a day, and the newer one is whole without it', async (test) => {
    const { at, store, lease, goOn } = await scene(test)
    await goOn({ e: noon + 201_000 }, noon + 200_000)
    const hour = 3_600_000
    const remove = async (now: number) =>
      removeObsolete(store, (await lease.read()).lease, now, 24 * hour)
    assert.equal(await remove(noon + 100_000 + 24 * hour), null)
    assert.equal(await remove(noon + 100_001 + 24 * hour), 1)
    assert.deepEqual(await at(119), ['a', 'b', 'z', 'c'])
    assert.match(String(await at(52)), /is not kept: nothing before 2020-01-01T12:01:40.000Z/)
  })

  it('what it lacks is named', async (test) => {
    const { url, bucket } = await scene(test)
    const folder = join(bucket, 'epoch-00000002')
    const [, second = ''] = readdirSync(join(folder, 'ltx/0')).toSorted()
    rmSync(join(folder, 'ltx/0', second))
    const problem = await diagnose(new FileStore(folder), epochUrl(url, 2), 'words')
    assert.match(problem.message, /transaction 4 of 6 is not there/)
    rmSync(join(folder, 'ltx/9'), { recursive: true })
    const both = await diagnose(new FileStore(folder), epochUrl(url, 2), 'words')
    assert.match(both.message, /transaction 1 of 6 is not there/)
  })
})

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { replicate } from '../litestream/test-support.ts'
import { bucketScene, filledOnce, note, notesIn, run } from './test-support.ts'

const noon = Date.UTC(2020, 0, 1, 12)
const time = (seconds: number) => new Date(noon + seconds * 1_000).toISOString()

const filled = filledOnce(async ({ lead }) => {
  await lead({ a: noon, b: noon + 50_000, z: noon + 55_000 }, noon + 10_000)
  await lead({ 'never complete': noon + 60_000 }, null)
  await lead({ 'never complete either': noon + 70_000 }, null)
  await lead({ c: noon + 90_000, d: noon + 120_000 }, noon + 100_000)
})

/** Epochs 1 and 4 were restorable, from 12:00:10 and from 12:01:40 on. */
async function scene(test: TestContext) {
  const bucket = await filled(test)
  const to = join(bucket.folder, 'restored.db')
  const restore = (...args: string[]) => run('restore', ['--to', to, '--url', bucket.url, ...args])
  const at = async (seconds: number) => {
    const { code, stderr } = await restore('--at', time(seconds), '--force')
    return code === 0 ? notesIn(to) : stderr
  }
  return { ...bucket, to, restore, at }
}

describe('restore', () => {
  it('takes the epoch that was restorable at the moment, and its state then', async (test) => {
    const { at } = await scene(test)
    assert.deepEqual(await at(10), ['a'])
    assert.deepEqual(await at(49.999), ['a'])
    assert.deepEqual(await at(50), ['a', 'b'])
    assert.deepEqual(await at(55), ['a', 'b', 'z'])
    assert.deepEqual(await at(99.999), ['a', 'b', 'z'])
    assert.deepEqual(await at(100), ['c'])
    assert.deepEqual(await at(120), ['c', 'd'])
    assert.deepEqual(await at(999), ['c', 'd'])
  })

  it('takes the newest state unless told, and says what it is', async (test) => {
    const { restore, to, url } = await scene(test)
    const { code, stdout } = await restore('--json')
    assert.equal(code, 0)
    const { at: _, bytes: __, tables, ...facts } = JSON.parse(stdout)
    assert.deepEqual(facts, {
      ...{ ok: true, file: to, url: `${url}/epoch-00000004`, epoch: 4, txid: 2 },
      changedAt: time(120),
    })
    assert.deepEqual([tables.notes, tables.note_count], [2, 1])
  })

  it('takes the epoch that it is told', async (test) => {
    const { restore, to } = await scene(test)
    assert.equal((await restore('--epoch', '1')).code, 0)
    assert.deepEqual(notesIn(to), ['a', 'b', 'z'])
    const { code, stderr } = await restore('--epoch', '9', '--force')
    assert.equal(code, 1)
    assert.match(stderr, /epoch-00000009 is not there/)
  })

  it('knows the first of the epochs that are left when those before were removed', async (test) => {
    const { at, lease, store, lead } = await scene(test)
    await lead({ e: noon + 190_000 }, noon + 200_000)
    await store.remove('epoch-00000001/')
    await lease.acquire()
    await lease.pruneObsolete(3)
    await lease.release()
    assert.deepEqual(await at(150), ['c', 'd'])
    assert.deepEqual(await at(200), ['e'])
  })

  it('says from when on there is something for a time before', async (test) => {
    const { at, bucket } = await scene(test)
    const early = await at(5)
    assert.match(
      String(early),
      /12:00:05.000Z is not kept: nothing before 2020-01-01T12:00:10.000Z/,
    )
    rmSync(join(bucket, 'epoch-00000001'), { recursive: true })
    assert.match(String(await at(60)), /nothing before 2020-01-01T12:01:40.000Z is/)
  })

  it('restores a replica without epochs', async (test) => {
    const { path, url, folder } = bucketScene(test)
    note(path, 'plain')
    await replicate(path, url)
    const to = join(folder, 'restored.db')
    assert.equal((await run('restore', ['--to', to, '--url', url])).code, 0)
    assert.deepEqual(notesIn(to), ['plain'])
  })

  it('leaves a file that is there alone, unless it may replace it', async (test) => {
    const { restore, to } = await scene(test)
    writeFileSync(to, 'mine')
    const { code, stderr } = await restore()
    assert.equal(code, 1)
    assert.match(stderr, /is there already.+--force/)
    assert.equal(readFileSync(to, 'utf8'), 'mine')
    assert.equal((await restore('--force')).code, 0)
    assert.deepEqual(notesIn(to), ['c', 'd'])
  })

  it('does not replace a database that is in use', async (test) => {
    const { restore, to } = await scene(test)
    writeFileSync(`${to}-wal`, '')
    const { code, stderr } = await restore('--force')
    assert.equal(code, 1)
    assert.match(stderr, /restored.db-wal is there/)
  })

  it('makes no file of a damaged replica, and leaves nothing behind', async (test) => {
    const { restore, bucket, folder } = await scene(test)
    const level = join(bucket, 'epoch-00000004/ltx/0')
    truncateSync(join(level, readdirSync(level).toSorted()[0] ?? ''), 200)
    const before = readdirSync(folder)
    const { code, stdout } = await restore('--json')
    assert.equal(code, 1)
    assert.equal(JSON.parse(stdout).problem.code, 'replica-damaged')
    assert.deepEqual(readdirSync(folder), before)
  })

  it('makes no file of a replica whose content is unsound', async (test) => {
    const { path, url, folder } = bucketScene(test)
    const client = new Sqlite(path)
    client.exec(`create table a (x check (x > 0)); pragma ignore_check_constraints = on;
      insert into a values (-1)`)
    client.close()
    await replicate(path, url)
    const to = join(folder, 'restored.db')
    const { code, stderr } = await run('restore', ['--to', to, '--url', url])
    assert.equal(code, 1)
    assert.match(stderr, /CHECK constraint failed/)
    assert.ok(!existsSync(to))
  })

  it('refuses arguments that make no sense', async (test) => {
    const { folder, url } = bucketScene(test)
    const to = ['--to', join(folder, 'x'), '--url', url]
    for (const [args, words] of [
      [['--url', url], /--to is missing/],
      [[...to, '--at', 'noon'], /"noon" is not a time/],
      [[...to, '--at', '2999-01-01T00:00:00Z'], /in the future/],
      [[...to, '--epoch', '0'], /--epoch needs a whole number/],
      [[...to, '--nope'], /--nope/],
      [['--to', join(folder, 'x'), '--url', 'nope'], /--url "nope" is not a URL/],
    ] as const) {
      const { code, stderr } = await run('restore', [...args])
      assert.equal(code, 2, stderr)
      assert.match(stderr, words)
    }
  })
})

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { runOriginal, timestamps, visitsIn } from '../litestream/old-layout/test-support.ts'
import { bucketScene, type CommandName, note, run } from './test-support.ts'

/** A replica of the original sample, which Litestream 0.3 has made. */
async function scene(test: TestContext) {
  const bucket = bucketScene(test)
  const original = await runOriginal(
    test,
    join(bucket.folder, 'original.db'),
    bucket.url,
    bucket.store,
  )
  await original.visit('2024-05-01 10:00:00')
  await original.stop()
  const command = (name: CommandName, ...args: string[]) =>
    run(name, [...args, '--url', bucket.url])
  return { ...bucket, command, visits: [...timestamps, '2024-05-01 10:00:00'] }
}

function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    names
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'base64')]),
  )
}

describe('The commands, for a replica of Litestream 0.3,', () => {
  it('list it, check it, and restore it', async (test) => {
    const { command, folder, bucket, visits } = await scene(test)
    const before = contentOf(bucket)
    const history = await command('history')
    assert.match(history.stdout, /\n- +restorable, of Litestream 0.3 +\S+Z +\S+Z +- +3 +/)
    assert.equal(history.code, 0, history.stderr)

    const verified = await command('verify')
    assert.match(verified.stdout, /no epoch, of Litestream 0.3, changed .+ ago/)
    assert.match(verified.stdout, /page_views 4\n/)

    const to = join(folder, 'to.db')
    const restored = await command('restore', '--to', to, '--json')
    const { epoch, txid, changedAt, url } = JSON.parse(restored.stdout)
    assert.deepEqual([epoch, txid], [0, null])
    assert.match(changedAt, /Z$/)
    assert.match(url, /\/generations$/)
    assert.deepEqual(visitsIn(to), visits)

    const shown = await command('lease', 'show')
    assert.equal(shown.code, 0, shown.stderr)
    assert.match(shown.stdout, /epochs +the replica of Litestream 0.3/)
    assert.deepEqual(contentOf(bucket), before)
  })

  it('say what it lacks in the same words, and fail', async (test) => {
    const { command, folder, bucket } = await scene(test)
    const [id = ''] = readdirSync(join(bucket, 'generations'))
    rmSync(join(bucket, 'generations', id, 'snapshots'), { recursive: true })
    for (const args of [
      ['history'],
      ['verify'],
      ['restore', '--to', join(folder, 'to.db')],
      ['lease', 'show'],
    ] as const) {
      const [name, ...rest] = args
      const { code, stderr } = await command(name, ...rest)
      assert.equal(code, 1, name)
      assert.match(
        stderr,
        /The replica of Litestream 0.3 in the bucket can not be restored.+has no snapshot/,
      )
    }
  })

  it('seed over it only when told, and keep it as it is', async (test) => {
    const { command, folder, bucket, visits } = await scene(test)
    const before = contentOf(join(bucket, 'generations'))
    const file = join(folder, 'mine.db')
    note(file, 'mine')
    const refused = await command('seed', '--from', file)
    assert.deepEqual([refused.code, existsSync(join(bucket, 'epoch-00000001'))], [1, false])
    assert.match(refused.stderr, /There is data in the bucket already/)
    const { code, stdout, stderr } = await command('seed', '--from', file, '--replace')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /before +a replica without epochs; it stays where it is/)
    assert.match((await command('history')).stdout, /- +obsolete since .+\n1 +restorable/)
    assert.deepEqual(contentOf(join(bucket, 'generations')), before)
    const to = join(folder, 'to.db')
    const [old] = JSON.parse((await command('history', '--json')).stdout).epochs
    const at = new Date(old.last.at).toISOString()
    const restored = await command('restore', '--to', to, '--at', at)
    assert.equal(restored.code, 0, restored.stderr)
    assert.deepEqual(visitsIn(to), visits)
  })

  it('choose it where it is not clear, and bring it in over what can not be read of it', async (test) => {
    const { command, bucket, folder, store } = await scene(test)
    await store.write('epoch-00000001', 'x', null)
    const file = join(folder, 'mine.db')
    note(file, 'mine')
    const [id = ''] = readdirSync(join(bucket, 'generations'))
    const chosen = await command('lease', 'repair', '--epoch', '0', '--service', 'local')
    assert.equal(chosen.code, 0, chosen.stderr)
    assert.match(
      chosen.stdout,
      /Before:\nThere is no lease.+After:\n.+restorable +the replica of Litestream 0.3/s,
    )
    rmSync(join(bucket, 'generations', id), { recursive: true })
    const verified = await command('verify')
    assert.equal(verified.code, 1)
    const seeded = await command('seed', '--from', file, '--replace')
    assert.equal(seeded.code, 0, seeded.stderr)
    assert.equal((await command('verify')).code, 0)
  })
})

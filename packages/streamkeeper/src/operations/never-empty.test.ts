import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { bucketScene, type CommandName, filledOnce, note, notesIn, run } from './test-support.ts'

const noon = Date.UTC(2020, 0, 1, 12)

const filled = filledOnce(async ({ lead }) => {
  await lead({ a: noon }, noon)
  await lead({ b: noon + 1_000, c: noon + 2_000, d: noon + 3_000 }, noon + 4_000)
})

/** Epoch 1 was restorable, epoch 2 is, with three transactions. */
async function scene(test: TestContext) {
  const bucket = await filled(test)
  const file = join(bucket.folder, 'mine.db')
  note(file, 'mine')
  const to = join(bucket.folder, 'to.db')
  const all = [['history'], ['verify'], ['restore', '--to', to], ['lease', 'show']] as const
  const command = async ([name, ...args]: readonly [CommandName, ...string[]]) =>
    run(name, [...args, '--url', bucket.url])
  return { ...bucket, file, to, all, command, epoch: join(bucket.bucket, 'epoch-00000002/ltx/0') }
}

describe('Where the bucket shows less than the lease says, the commands', () => {
  it('name what is gone, and the epochs that can be chosen', async (test) => {
    const { bucket, all, command, to } = await scene(test)
    rmSync(join(bucket, 'epoch-00000002'), { recursive: true })
    for (const args of all) {
      const { code, stderr } = await command(args)
      assert.equal(code, 1, args[0])
      assert.match(stderr, /The bucket shows nothing of a database that the lease calls complete/)
      assert.match(stderr, /repair --epoch N.+epoch-00000002: .*complete are epoch-00000001/)
    }
    const chosen = await command(['lease', 'repair', '--epoch', '1'])
    assert.equal(chosen.code, 0, chosen.stderr)
    assert.match(
      chosen.stdout,
      /^Before:.+restorable +epoch-00000002.+After:.+restorable +epoch-00000001/s,
    )
    assert.equal((await command(['restore', '--to', to])).code, 0)
    assert.deepEqual(notesIn(to), ['a'])
  })

  it('refuse a list that is cut off, or lacks an object', async (test) => {
    const { epoch, all, command, store } = await scene(test)
    const stored = await store.read('lease.json')
    const lease = { ...JSON.parse(stored?.body ?? ''), reached: { epoch: 2, txid: 3 } }
    await store.write('lease.json', JSON.stringify(lease), stored?.generation ?? null)
    const files = readdirSync(epoch).toSorted()
    rmSync(join(epoch, files[2] ?? ''))
    for (const args of all) {
      const { code, stderr } = await command(args)
      assert.equal(code, 1, args[0])
      assert.match(stderr, /shows less of the database.+transaction 2 is the last, and it had 3/)
    }
    rmSync(join(epoch, files[0] ?? ''))
    for (const args of all) {
      assert.match((await command(args)).stderr, /transaction 1 of 2 is not there/)
    }
    assert.match((await command(['lease', 'repair', '--epoch', '2'])).stderr, /transaction 1 of 2/)
  })

  it('bring nothing into a bucket that looks empty, unless told', async (test) => {
    const { bucket, command, file } = await scene(test)
    for (const epoch of ['epoch-00000001', 'epoch-00000002']) {
      rmSync(join(bucket, epoch), { recursive: true })
    }
    const refused = await command(['seed', '--from', file])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /shows nothing of a database.+no other epoch is complete/)
    assert.equal((await command(['seed', '--from', file, '--replace'])).code, 0)
  })
})

describe('An empty bucket', () => {
  it('is told of in the same words by all commands, with the same exit code', async (test) => {
    const { url, folder } = bucketScene(test)
    for (const [name, ...args] of [
      ['history'],
      ['verify'],
      ['restore', '--to', join(folder, 'to.db')],
      ['lease', 'show'],
      ['lease', 'repair', '--epoch', '1', '--service', 's'],
    ] as const) {
      const told = await run(name, [...args, '--url', url])
      assert.deepEqual([told.code, told.stderr], [1, `There is no replica below ${url}.\n`])
      const { stdout } = await run(name, [...args, '--url', url, '--json'])
      const { ok, problem } = JSON.parse(stdout)
      assert.deepEqual([ok, problem.code], [false, 'no-replica'])
    }
  })
})

describe('What the file system refuses', () => {
  it('is said in words, with the option that gave it', async (test) => {
    const { url, folder, path } = bucketScene(test)
    note(path, 'a')
    for (const [args, words] of [
      [['seed', '--from', folder], /is not a file: name a SQLite database/],
      [['restore', '--to', folder], /is a folder: name the file/],
      [['history', '--url', `file://${path}`], /a part of its path is a file.+name another folder/],
    ] as const) {
      const [name, ...rest] = args
      const { code, stderr } = await run(name, ['--url', url, ...rest])
      assert.equal(code, 1, stderr)
      assert.match(stderr, words)
    }
    const { stderr } = await run('seed', ['--from', path, '--url', url], { TMPDIR: `${folder}/no` })
    assert.match(stderr, /\/no can't be used: it does not exist/)
  })
})

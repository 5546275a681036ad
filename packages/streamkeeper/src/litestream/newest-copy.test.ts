import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { ReplicationProblem } from '../stores/problem.ts'
import type { Expected } from './choose-copy.ts'
import { noteCopy, noteReplica } from './copy-notes.ts'
import { setAsideFiles } from './database-files.ts'
import { fetchNewestCopy } from './newest-copy.ts'
import { read, replicate, temporaryFolder, write } from './test-support.ts'

const noon = new Date('2026-01-02T12:00:00Z')

function scene(test: TestContext) {
  const folder = temporaryFolder(test)
  const path = join(folder, 'app.db')
  const bucket = join(folder, 'bucket')
  const replicaUrl = `file://${bucket}`
  const options = { signal: new AbortController().signal, stallMs: 10_000 }
  return {
    folder,
    path,
    replicaUrl,
    file: (level: string, name: string) => join(bucket, 'ltx', level, name),
    async replicate(): Promise<void> {
      await replicate(path, replicaUrl)
      noteReplica(path, replicaUrl)
    },
    loseDisk(): void {
      for (const name of readdirSync(folder)) {
        if (name !== 'bucket') rmSync(join(folder, name), { recursive: true })
      }
    },
    fetch: (
      expected: Expected = { replica: 'unknown' },
      more: { accept?: (file: string) => void; replace?: (work: () => void) => void } = {},
    ) => fetchNewestCopy(path, replicaUrl, { ...options, now: noon, expected, ...more }),
  }
}

function txid(number: number): string {
  const hex = number.toString(16).padStart(16, '0')
  return `${hex}-${hex}.ltx`
}

function problem(code: string): (error: unknown) => boolean {
  return (error) => (error as ReplicationProblem).code === code
}

describe('The newest copy of the database', () => {
  it('comes from the bucket when the disk has none', async (test) => {
    const { path, replicaUrl, replicate, loseDisk, fetch } = scene(test)
    write(path, 'one', 'two')
    await replicate()
    loseDisk()
    assert.deepEqual(await fetch(), { from: 'bucket', url: replicaUrl, txid: 1 })
    assert.deepEqual(read(path), ['one', 'two'])
  })

  it('does not exist yet when disk and bucket are empty, and no file is made', async (test) => {
    const { path, fetch } = scene(test)
    assert.deepEqual(await fetch(), { from: 'nothing-yet' })
    assert.ok(!existsSync(path))
  })

  it('is not looked for where it is known that there is none', async (test) => {
    const { path, replicate, loseDisk, fetch } = scene(test)
    write(path, 'one')
    await replicate()
    loseDisk()
    assert.deepEqual(await fetch({ replica: 'none' }), { from: 'nothing-yet' })
    write(path, 'two')
    assert.deepEqual(await fetch({ replica: 'none' }), { from: 'this-disk' })
  })

  it('is the one on this disk when that holds more than the bucket', async (test) => {
    const { path, replicate, fetch } = scene(test)
    write(path, 'one')
    await replicate()
    write(path, 'not replicated')
    assert.deepEqual(await fetch(), { from: 'this-disk' })
    assert.deepEqual(read(path), ['one', 'not replicated'])
  })

  it('is the one on this disk when the bucket is empty', async (test) => {
    const { path, fetch } = scene(test)
    write(path, 'brought along')
    assert.deepEqual(await fetch(), { from: 'this-disk' })
  })

  it('is the one in the bucket when that is newer; the older file is kept beside', async (test) => {
    const { folder, path, replicate, loseDisk, fetch } = scene(test)
    write(path, 'one')
    await replicate()
    const backup = temporaryFolder(test)
    cpSync(folder, backup, { recursive: true })
    write(path, 'two')
    await replicate()
    loseDisk()
    for (const name of readdirSync(backup)) {
      if (name !== 'bucket') cpSync(join(backup, name), join(folder, name), { recursive: true })
    }
    await fetch()
    assert.deepEqual(read(path), ['one', 'two'])
    assert.deepEqual(read(`${path}.set-aside-2026-01-02T120000.000Z`), ['one'])
  })

  it('is never a file that belongs to another bucket', async (test) => {
    const { path, replicate: replicateHere, loseDisk, fetch } = scene(test)
    write(path, 'production')
    await replicateHere()
    loseDisk()
    write(path, ...Array.from({ length: 20 }, (_, number) => `toy ${number}`))
    const elsewhere = `file://${temporaryFolder(test)}`
    for (const text of ['more', 'and more', 'than the other']) {
      write(path, text)
      await replicate(path, elsewhere)
    }
    noteReplica(path, elsewhere)
    await fetch()
    assert.deepEqual(read(path), ['production'])
  })

  it('is not a copy that was fetched before, which makes way', async (test) => {
    const { folder, path, replicate, loseDisk, fetch } = scene(test)
    write(path, 'one')
    await replicate()
    loseDisk()
    await fetch()
    const before = readdirSync(folder)
    assert.equal((await fetch()).from, 'bucket')
    assert.deepEqual(readdirSync(folder), before)
  })

  it('is refused, with the way out, when it is the one on this disk and damaged', async (test) => {
    const { path, replicate, fetch } = scene(test)
    write(path, ...Array.from({ length: 2000 }, (_, number) => `row ${number}`))
    await replicate()
    const bytes = readFileSync(path)
    bytes.fill(0xff, 3 * 4096, 5 * 4096)
    writeFileSync(path, bytes)
    await assert.rejects(fetch(), /Move it away to start from the copy in the bucket/)
  })

  it('is not an empty file', async (test) => {
    const { path, replicate, loseDisk, fetch } = scene(test)
    write(path, 'one')
    await replicate()
    loseDisk()
    writeFileSync(path, '')
    await fetch()
    assert.deepEqual(read(path), ['one'])
  })

  it('is not mixed with the WAL of a file that was deleted', async (test) => {
    const { path, replicate, fetch } = scene(test)
    write(path, 'one')
    await replicate()
    rmSync(path)
    writeFileSync(`${path}-wal`, 'remains')
    writeFileSync(`${path}-shm`, 'remains')
    await fetch()
    assert.ok(!existsSync(`${path}-wal`))
    assert.deepEqual(read(path), ['one'])
  })
})

describe('A replica that the lease calls complete', () => {
  const complete = (reachedTxid = 0): Expected => ({ replica: 'complete', reachedTxid })

  async function replicated(test: TestContext) {
    const made = scene(test)
    for (const text of ['one', 'two', 'three']) {
      write(made.path, text)
      await made.replicate()
    }
    return made
  }

  it('never leads to an empty database when the bucket shows nothing of it', async (test) => {
    const { folder, path, loseDisk, fetch } = await replicated(test)
    loseDisk()
    rmSync(join(folder, 'bucket'), { recursive: true })
    await assert.rejects(fetch(complete()), problem('replica-missing'))
    await assert.rejects(fetch(complete(3)), /complete up to transaction 3/)
    assert.ok(!existsSync(path))
  })

  it('never leads to a copy that was fetched before when the bucket shows nothing of it', async (test) => {
    const { folder, path, loseDisk, fetch } = await replicated(test)
    loseDisk()
    await fetch(complete(3))
    rmSync(join(folder, 'bucket'), { recursive: true })
    await assert.rejects(fetch(complete(3)), problem('replica-missing'))
    assert.deepEqual(read(path), ['one', 'two', 'three'])
  })

  it('never leads to another file when the bucket shows nothing of it', async (test) => {
    const { path, fetch } = scene(test)
    write(path, 'brought along')
    await assert.rejects(fetch(complete()), problem('replica-missing'))
    assert.deepEqual(read(path), ['brought along'])
  })

  it('is not needed where the file that made it is here', async (test) => {
    const { folder, fetch } = await replicated(test)
    rmSync(join(folder, 'bucket'), { recursive: true })
    assert.deepEqual(await fetch(complete(3)), { from: 'this-disk' })
    await assert.rejects(fetch(complete(4)), problem('replica-missing'))
  })

  it('is refused when the bucket shows less of it than it had', async (test) => {
    const { file, path, loseDisk, fetch } = await replicated(test)
    loseDisk()
    rmSync(file('0', txid(3)))
    await assert.rejects(fetch(complete(3)), problem('replica-behind'))
    assert.ok(!existsSync(path))
    await fetch(complete(2))
    assert.deepEqual(read(path), ['one', 'two'])
  })

  for (const [what, bytes] of [
    ['empty', ''],
    ['a page of HTML', '<!doctype html><title>Sign in</title>'],
  ]) {
    it(`is refused when a file of it is ${what}`, async (test) => {
      const { file, path, loseDisk, fetch } = await replicated(test)
      loseDisk()
      writeFileSync(file('0', txid(3)), bytes ?? '')
      await assert.rejects(fetch(complete()), (error) => error instanceof ReplicationProblem)
      assert.ok(!existsSync(path))
    })
  }
})

describe('The file that is read', () => {
  async function reading(test: TestContext) {
    const made = scene(test)
    write(made.path, 'one')
    await made.replicate()
    made.loseDisk()
    await made.fetch()
    // Somebody else has written since, and this file is no copy any more.
    noteReplica(made.path, 'file:///elsewhere')
    return made
  }

  it('stays open and in its place when the next one can not be restored', async (test) => {
    const { folder, path, file, fetch } = await reading(test)
    writeFileSync(file('0', txid(1)), 'damaged')
    let isClosed = false
    const replace = () => {
      isClosed = true
    }
    await assert.rejects(fetch({ replica: 'unknown' }, { replace }))
    assert.deepEqual([isClosed, read(path)], [false, ['one']])
    assert.ok(!readdirSync(folder).some((name) => name.includes('set-aside')))
  })

  it('stays open and in its place when the next one is not accepted', async (test) => {
    const { path, fetch } = await reading(test)
    let isClosed = false
    const fetching = fetch(
      { replica: 'unknown' },
      {
        accept: () => {
          throw new Error('of a newer release')
        },
        replace: () => {
          isClosed = true
        },
      },
    )
    await assert.rejects(fetching, /of a newer release/)
    assert.deepEqual([isClosed, read(path)], [false, ['one']])
  })
})

describe('A copy of a later epoch than the one that an operator has chosen', () => {
  it('is set aside, as it may be all that is left of it', async (test) => {
    const { folder, path } = scene(test)
    const base = `file://${join(folder, 'bucket')}`
    const [first, second] = [`${base}/epoch-00000001`, `${base}/epoch-00000002`]
    write(path, 'one')
    await replicate(path, first)
    write(path, 'two')
    noteCopy(path, second)
    const options = { signal: new AbortController().signal, stallMs: 10_000, now: noon }
    const expected = { replica: 'complete', reachedTxid: 0 } as const
    await fetchNewestCopy(path, first, { ...options, expected })
    assert.deepEqual(read(path), ['one'])
    const [aside] = setAsideFiles(path)
    assert.deepEqual(read(aside?.path ?? ''), ['one', 'two'])
    // And the next time there is nothing to set aside.
    await fetchNewestCopy(path, first, { ...options, expected })
    assert.equal(setAsideFiles(path).length, 1)
  })
})

describe('A copy that was fetched before', () => {
  async function fetched(test: TestContext) {
    const made = scene(test)
    write(made.path, 'one')
    await made.replicate()
    made.loseDisk()
    await made.fetch()
    return made
  }

  it('stays when the replica is gone, as it is all that is left', async (test) => {
    const { folder, path, fetch } = await fetched(test)
    rmSync(join(folder, 'bucket'), { recursive: true })
    assert.deepEqual(await fetch(), { from: 'this-disk' })
    assert.deepEqual(read(path), ['one'])
  })

  it('stays when the replica can not be restored', async (test) => {
    const { path, file, fetch } = await fetched(test)
    writeFileSync(file('0', txid(1)), 'damaged')
    await assert.rejects(fetch(), problem('replica-damaged'))
    assert.deepEqual(read(path), ['one'])
  })
})

describe('A replica that can not be restored', () => {
  async function damaged(test: TestContext, damage: (file: (number: number) => string) => void) {
    const made = scene(test)
    for (const text of ['one', 'two', 'three']) {
      write(made.path, text)
      await made.replicate()
    }
    made.loseDisk()
    damage((number) => made.file('0', txid(number)))
    return made
  }

  it('is refused when a file of it is damaged', async (test) => {
    const { path, fetch } = await damaged(test, (file) => {
      const bytes = readFileSync(file(2))
      bytes.fill(0x58, bytes.length / 2, bytes.length / 2 + 8)
      writeFileSync(file(2), bytes)
    })
    await assert.rejects(fetch(), problem('replica-damaged'))
    assert.ok(!existsSync(path))
  })

  it('is refused when a file of it is cut off', async (test) => {
    const { path, fetch } = await damaged(test, (file) => {
      writeFileSync(file(2), readFileSync(file(2)).subarray(0, 60))
    })
    await assert.rejects(fetch(), problem('replica-damaged'))
    assert.ok(!existsSync(path))
  })

  it('is refused when a file in the middle is missing', async (test) => {
    const { path, fetch } = await damaged(test, (file) => rmSync(file(2)))
    await assert.rejects(fetch(), problem('replica-behind'))
    assert.ok(!existsSync(path))
  })

  it('is refused when its first file is missing, which Litestream takes for no replica', async (test) => {
    const { path, fetch } = await damaged(test, (file) => rmSync(file(1)))
    await assert.rejects(fetch(), problem('replica-behind'))
    assert.ok(!existsSync(path))
  })

  it('is refused when it restores to what SQLite finds damaged', async (test) => {
    const { path, replicate, loseDisk, fetch } = scene(test)
    write(path, ...Array.from({ length: 2000 }, (_, number) => `row ${number}`))
    const bytes = readFileSync(path)
    bytes.fill(0xff, 3 * 4096, 5 * 4096)
    writeFileSync(path, bytes)
    await replicate()
    loseDisk()
    await assert.rejects(fetch(), problem('replica-damaged'))
    assert.ok(!existsSync(path))
  })

  it('can be restored in a later try, once it is whole again', async (test) => {
    let whole: Buffer | undefined
    const { path, file, fetch } = await damaged(test, (file) => {
      whole = readFileSync(file(2))
      rmSync(file(2))
    })
    await assert.rejects(fetch())
    if (whole) writeFileSync(file('0', txid(2)), whole)
    await fetch()
    assert.deepEqual(read(path), ['one', 'two', 'three'])
  })
})

describe('A bucket that does not answer', () => {
  it('is a problem, never an empty start', async (test) => {
    const path = join(temporaryFolder(test), 'app.db')
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    test.after(() => silent.close())
    const address = silent.address()
    assert.ok(address && typeof address === 'object')
    process.env.STORAGE_EMULATOR_HOST = `127.0.0.1:${address.port}`
    test.after(() => delete process.env.STORAGE_EMULATOR_HOST)

    const options = { signal: new AbortController().signal, stallMs: 200 }
    const fetched = fetchNewestCopy(path, 'gs://bucket/path', {
      ...options,
      now: noon,
      expected: { replica: 'unknown' },
    })
    await assert.rejects(fetched, problem('bucket-unreachable'))
    assert.ok(!existsSync(path))
  })
})

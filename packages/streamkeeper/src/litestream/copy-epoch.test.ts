import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import { FileStore } from '../stores/file-store.ts'
import { GcsStore } from '../stores/gcs-store.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { S3Store } from '../stores/s3-store.ts'
import type { Store } from '../stores/store.ts'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { S3Server } from '../test-tools/s3-server.ts'
import { copiedFiles } from './copied-files.ts'
import { CantContinue, copyEpoch } from './copy-epoch.ts'
import { firstMissing, ltxFilesIn, newestIn } from './ltx-files.ts'
import { file, after as next, type Step, steps } from './plan-test-support.ts'
import { temporaryFolder } from './test-support.ts'

const from = 'epoch-00000003/'
const to = 'epoch-00000004/'
const failed = new ReplicationProblem('bucket-unreachable', 'memory', 'no answer')

const history = [
  ...[file(9, 1, 5), file(2, 2, 4), file(1, 2, 4), file(1, 5, 6), file(1, 7, 8)],
  ...[file(0, 8, 8), file(0, 9, 9), file(0, 10, 10)],
]
const needed = [...history.slice(0, 2), ...history.slice(3, 5), ...history.slice(6)]

/** A bucket in memory with an epoch; what is copied in it can be listened to and spoilt. */
function scene() {
  const store = new MemoryStore()
  for (const { name } of history) store.put(from + name, Buffer.from(`content of ${name}`), 7)
  const [copy, list] = [store.copy.bind(store), store.list.bind(store)]
  const asked: string[] = []
  return {
    ...{ store, copy, asked },
    /** Has all copies be made in another way. */
    copying(otherwise: (from: string, to: string, number: number) => Promise<boolean>) {
      store.copy = (one, other) => {
        asked.push(one)
        return otherwise(one, other, asked.length)
      }
    },
    names: async (prefix: string) =>
      (await list(prefix)).map(({ name }) => name.slice(prefix.length)).toSorted(),
    /** The files of the target as they are in the source. */
    async assertCopied() {
      const target = await list(to)
      assert.deepEqual(
        target.map(({ name }) => name.slice(to.length)).toSorted(),
        needed.map(({ name }) => name).toSorted(),
      )
      for (const { name, at, checksum } of target) {
        const [original] = await list(from + name.slice(to.length))
        assert.deepEqual([at, checksum], [original?.at, original?.checksum])
      }
    },
  }
}

let cloud: FakeCloudStorage
let s3: S3Server
before(async () => {
  ;[cloud, s3] = await Promise.all([FakeCloudStorage.start(), S3Server.start()])
})
after(() => Promise.all([cloud[Symbol.asyncDispose](), s3[Symbol.asyncDispose]()]))

type Put = (name: string, content: Buffer) => unknown
const stores: Record<string, (test: TestContext) => { store: Store; put: Put }> = {
  MemoryStore: () => {
    const store = new MemoryStore()
    return { store, put: (name, content) => store.put(name, content) }
  },
  GcsStore: () => {
    const url = cloud.emptyUrl()
    const store = new GcsStore(url, { emulatorHost: cloud.host })
    return { store, put: (name, content) => cloud.put(`${url}/${name}`, content) }
  },
  S3Store: () => {
    const url = s3.emptyUrl()
    const store = new S3Store(url, { settings: s3.settings })
    return { store, put: (name, content) => s3.put(`${url}/${name}`, content) }
  },
  FileStore: (test) => {
    const folder = temporaryFolder(test)
    const put = (name: string, content: Buffer) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    return { store: new FileStore(folder), put }
  },
}

describe('The copy of an epoch', () => {
  for (const [name, empty] of Object.entries(stores)) {
    it(`has what is needed, the same, and nothing else, in a ${name}`, async (test) => {
      const { store, put } = empty(test)
      for (const { name } of history) await put(from + name, Buffer.from(name))
      const bytes = needed.reduce((sum, { name }) => sum + name.length, 0)
      const expected = { txid: 10, files: needed.length, bytes }
      assert.deepEqual(await copyEpoch(store, 3, 4), expected)
      const copied = (await store.list(to)).map(({ name }) => name.slice(to.length))
      assert.deepEqual(copied.toSorted(), needed.map(({ name }) => name).toSorted())
      for (const name of copied) assert.equal((await store.bytes(to + name))?.toString(), name)
      // Again, as when nobody knows whether the lease was told of it.
      assert.deepEqual(await copyEpoch(store, 3, 4), expected)
    })
  }

  it('is one also where a copy is told by its details alone, as that of parts in S3', async () => {
    const url = s3.emptyUrl()
    const settings = s3.settings
    const mib = 1024 ** 2
    const store = new S3Store(url, { settings })
    const inParts = new S3Store(url, { settings, copy: { most: mib, part: 5 * mib } })
    await s3.put(`${url}/big`, Buffer.alloc(6 * mib))
    await inParts.copy('big', from + file(9, 1, 5).name)
    await s3.put(`${url}/${from}${file(0, 6, 6).name}`, Buffer.of(6))
    const expected = { txid: 6, files: 2, bytes: 6 * mib + 1 }
    assert.deepEqual(await copyEpoch(store, 3, 4), expected)
    assert.deepEqual(await copyEpoch(store, 3, 4), expected)
    assert.deepEqual(await copyEpoch(store, 4, 5), expected)
  })

  it('refuses changes that are in no snapshot by when they were made, not when S3 copied them', async () => {
    const url = s3.emptyUrl()
    const store = new S3Store(url, { settings: s3.settings })
    const made = new Date(Date.now() - 3_600_000)
    for (const { name } of [file(9, 1, 5), file(0, 6, 6)]) {
      await s3.put(`${url}/${from}${name}`, Buffer.from(name), made)
    }
    await copyEpoch(store, 3, 4, made.getTime())
    const overdue = { message: new RegExp(`changes of ${made.toISOString()}`) }
    await assert.rejects(copyEpoch(store, 4, 5, made.getTime() + 1), overdue)
  })

  it('is made of 16 files at once, and no more', async () => {
    const { store, copy, copying } = scene()
    for (let txid = 11; txid <= 60; txid++) store.put(from + file(0, txid, txid).name, Buffer.of())
    let [now, most] = [0, 0]
    copying(async (one, other) => {
      most = Math.max(most, ++now)
      await new Promise(setImmediate)
      now--
      return copy(one, other)
    })
    await copyEpoch(store, 3, 4)
    assert.equal(most, 16)
  })

  it('begins nowhere where there is anything', async () => {
    for (const name of ['ltx/0/0000000000000009-0000000000000009.ltx', 'ltx/0/x', 'x']) {
      const { store, asked, copying } = scene()
      copying(async () => assert.fail('nothing may be copied'))
      store.put(to + name, Buffer.from('another'))
      await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
      assert.deepEqual(asked, [])
    }
  })

  it('is none where changes are in no snapshot for too long', async () => {
    const { store, asked, copy, copying } = scene()
    copying(copy)
    const words = /changes of 1970-01-01T00:00:00.007Z that are in no snapshot/
    await assert.rejects(copyEpoch(store, 3, 4, 8), words)
    assert.deepEqual(asked, [])
    store.put(from + file(9, 1, 10).name, Buffer.from('all'), 7)
    assert.equal((await copyEpoch(store, 3, 4, 8)).txid, 10)
  })

  it('is none of an epoch that has nothing, or a gap', async () => {
    const { store } = scene()
    await assert.rejects(copyEpoch(store, 7, 8), CantContinue)
    await store.remove(`${from}ltx/0/0000000000000009`)
    await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
  })
})

describe('A copy of an epoch that the bucket has cut off', () => {
  const ways = {
    'that never arrives': async () => {},
    'whose answer is lost': async (made: () => Promise<boolean>) => void (await made()),
    'that takes effect late': async (made: () => Promise<boolean>) => void setImmediate(made),
  }
  for (const [what, before] of Object.entries(ways)) {
    it(`goes on when it is asked for again, after a request ${what}`, async () => {
      for (let broken = 1; broken <= needed.length; broken++) {
        const { store, copy, copying, assertCopied } = scene()
        copying(async (one, other, number) => {
          if (number !== broken) return copy(one, other)
          await before(() => copy(one, other))
          throw failed
        })
        await assert.rejects(copyEpoch(store, 3, 4), failed)
        await copyEpoch(store, 3, 4)
        await assertCopied()
      }
    })
  }

  it('copies nothing more once it has said so', async () => {
    const { store, asked, copy, copying } = scene()
    for (let txid = 11; txid <= 60; txid++) store.put(from + file(0, txid, txid).name, Buffer.of())
    let underWay = 0
    copying(async (one, other, number) => {
      if (number === 5) throw failed
      underWay++
      await new Promise(setImmediate)
      underWay--
      return copy(one, other)
    })
    await assert.rejects(copyEpoch(store, 3, 4), failed)
    assert.deepEqual([asked.length, underWay], [17, 0])
  })

  it('goes on also where what was copied is compacted by then', async () => {
    const { store, copy, copying } = scene()
    copying(async (one, other, number) => {
      if (number === needed.length) throw failed
      return copy(one, other)
    })
    await assert.rejects(copyEpoch(store, 3, 4), failed)
    store.put(from + file(1, 9, 10).name, Buffer.of())
    store.put(from + file(0, 11, 11).name, Buffer.of())
    assert.equal((await copyEpoch(store, 3, 4)).txid, 11)
  })

  it('copies again only what is not there yet', async () => {
    const { store, asked, copy, copying } = scene()
    copying(async (one, other, number) => {
      if (number === needed.length) throw failed
      return copy(one, other)
    })
    await assert.rejects(copyEpoch(store, 3, 4), failed)
    await copyEpoch(store, 3, 4)
    assert.equal(asked.length, needed.length + 1)
  })
})

describe('A copy of an epoch that was never finished', () => {
  it('shows that files are missing, and never looks like an older state', async () => {
    // All the requests at once, of which any may be the one that counts.
    for (let made = 0; made < needed.length; made++) {
      const { store, copy, copying } = scene()
      copying(async (one, other, number) => {
        if (number > 1 && number !== made + 1) throw failed
        return copy(one, other)
      })
      await assert.rejects(copyEpoch(store, 3, 4), failed)
      const files = ltxFilesIn(await store.list(to))
      assert.deepEqual(newestIn(files), 10)
      assert.notEqual(firstMissing(files), null)
    }
  })
})

describe('A copy of an epoch that is not one', () => {
  const lies: Record<string, (store: MemoryStore, to: string) => unknown> = {
    'lacks its last object': () => {},
    'has one of another size': (store, to) => store.put(to, Buffer.from('c')),
    'has one of another content': (store, to) => {
      store.put(to, Buffer.from(`CONTENT of ${to.slice(from.length)}`))
    },
  }
  for (const [what, lie] of Object.entries(lies)) {
    it(`is never reported as complete: it ${what}`, async () => {
      for (const { name } of needed) {
        const { store, copy, copying } = scene()
        copying(async (one, other) => {
          if (one !== from + name) return copy(one, other)
          lie(store, other)
          return true
        })
        await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
      }
    })
  }

  it('is never reported as complete: it has one object too many', async () => {
    const { store, copy, copying } = scene()
    copying(async (one, other) => {
      store.put(`${to}ltx/0/x`, Buffer.of())
      return copy(one, other)
    })
    await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
  })

  it('is never reported as complete: one object is of another size, with the same checksum', async () => {
    const { store } = scene()
    const list = store.list.bind(store)
    store.list = async (prefix, ...begun) =>
      (await list(prefix, ...begun)).map((object) =>
        object.name.endsWith('6.ltx') && prefix === to ? { ...object, size: 1 } : object,
      )
    await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
  })

  it('is never reported as complete: the bucket does not tell what is equal', async () => {
    const { store } = scene()
    const list = store.list.bind(store)
    store.list = async (...names) =>
      (await list(...names)).map((object) => ({ ...object, checksum: null }))
    await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
  })

  it('is none where the bucket refuses to copy', async () => {
    const { store, copying } = scene()
    copying(async () => {
      throw new ReplicationProblem('permission-denied', 'memory', '403')
    })
    await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
  })
})

describe('A copy of an epoch in which Litestream goes on', () => {
  it('follows it, and keeps nothing of an earlier plan', async () => {
    const { store, copy, copying, names } = scene()
    const goOn = async () => {
      store.put(`${from}${file(0, 11, 11).name}`, Buffer.from('11'))
      store.put(`${from}${file(1, 9, 11).name}`, Buffer.from('9-11'))
      await store.remove(from + file(0, 10, 10).name)
    }
    let gone: Promise<void> | undefined
    copying(async (one, other) => {
      gone ??= goOn()
      await gone
      return copy(one, other)
    })
    assert.equal((await copyEpoch(store, 3, 4)).txid, 11)
    const expected = copiedFiles(ltxFilesIn(await store.list(from))) ?? []
    assert.deepEqual(
      await names(to),
      expected.map(({ name }) => name.slice(from.length)).toSorted(),
    )
  })

  it('is given up where it is never fast enough', async () => {
    const { store, copy, copying, asked } = scene()
    copying(async (one, other) => {
      const newest = Math.max(...ltxFilesIn(await store.list(from)).map(({ max }) => max))
      await store.remove(from + file(0, newest, newest).name)
      store.put(from + file(0, newest + 1, newest + 1).name, Buffer.of())
      store.put(from + file(1, 9, newest + 1).name, Buffer.of())
      return copy(one, other)
    })
    await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
    assert.ok(asked.length <= 3 * (needed.length + 3))
  })

  it('is whole, or not reported, whatever happens meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(steps, steps, fc.infiniteStream(fc.nat(5)), async (before, during, dice) => {
        const store = new MemoryStore()
        let files = before.reduce(next, [file(0, 1, 1, 10)])
        const show = async () => {
          const wanted = new Set(files.map(({ name }) => from + name))
          for (const name of wanted) {
            if (!(await store.bytes(name))) store.put(name, Buffer.from(name))
          }
          for (const { name } of await store.list(from)) {
            if (!wanted.has(name)) await store.remove(name)
          }
        }
        await show()
        const waiting: Step[] = [...during]
        const copy = store.copy.bind(store)
        store.copy = async (one, other) => {
          for (let steps = dice.next().value ?? 0; steps > 3; steps--) {
            const step = waiting.shift()
            if (step) files = next(files, step)
          }
          await show()
          return copy(one, other)
        }
        try {
          const { txid } = await copyEpoch(store, 3, 4)
          const copied = ltxFilesIn(await store.list(to))
          assert.equal(Math.max(...copied.map(({ max }) => max)), txid)
          assert.equal(copiedFiles(copied)?.length, copied.length)
        } catch (error) {
          assert.ok(error instanceof CantContinue, `${error}`)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('An epoch that Litestream 0.5.17 has left', () => {
  it('is not copied, as its thousands of single uploads would take minutes', async () => {
    const { store, copying, asked } = scene()
    copying(async () => true)
    for (let txid = 11; txid <= 1_100; txid++) {
      store.put(from + file(0, txid, txid).name, Buffer.from(`${txid}`), 7)
    }
    await assert.rejects(copyEpoch(store, 3, 4), CantContinue)
    assert.deepEqual(asked, [])
  })
})

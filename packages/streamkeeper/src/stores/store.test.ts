import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { temporaryFolder } from '../litestream/test-support.ts'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import type { ProgramName } from '../test-tools/s3-programs.ts'
import { S3Server } from '../test-tools/s3-server.ts'
import { FileStore } from './file-store.ts'
import { GcsStore } from './gcs-store.ts'
import { S3Store } from './s3-store.ts'
import { type Listed, type Store, type Stored, takeAll } from './store.ts'

/** An empty store, and how others than the app put something there. */
type Scene = { store: Store; put: (name: string, content?: Buffer) => Promise<unknown> }

let cloud: FakeCloudStorage
const s3 = new Map<ProgramName, S3Server>()
before(async () => {
  cloud = await FakeCloudStorage.start()
  for (const name of s3Names) s3.set(name, await S3Server.start(name))
})
after(async () => {
  for (const server of [cloud, ...s3.values()]) await server[Symbol.asyncDispose]()
})

// The second takes ten minutes to build: where it is there, it is tried.
const s3Names: ProgramName[] = process.env.SEAWEEDFS ? ['versitygw', 'seaweedfs'] : ['versitygw']

function onS3(name: ProgramName): Scene {
  const server = s3.get(name)
  assert.ok(server)
  const url = server.emptyUrl()
  const store = new S3Store(url, { settings: server.settings, pageSize: 2 })
  return { store, put: (name, content) => server.put(`${url}/${name}`, content) }
}

const scenes: Record<string, (test: TestContext) => Scene> = {
  MemoryStore: () => {
    const store = new MemoryStore()
    return { store, put: async (name, content = Buffer.from('a')) => store.put(name, content) }
  },
  GcsStore: () => {
    const url = cloud.emptyUrl()
    const store = new GcsStore(url, { emulatorHost: cloud.host, pageSize: 2 })
    return { store, put: (name, content) => cloud.put(`${url}/${name}`, content) }
  },
  ...Object.fromEntries(s3Names.map((name) => [`S3Store on ${name}`, () => onS3(name)])),
  FileStore: (test) => {
    const folder = join(temporaryFolder(test), 'made', 'by the first write')
    const put = async (name: string, content: Buffer = Buffer.of()) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content)
    }
    return { store: new FileStore(folder), put }
  },
}

// No text: what takes it for that spoils it.
const content = Buffer.from([0, 0xff, 0x80, 10, 13, 0xc3, 0x28, 0])

async function written(store: Store, body: string, ifGeneration: string | null): Promise<string> {
  const result = await store.write('lease.json', body, ifGeneration)
  assert.ok(result.outcome === 'written')
  return result.generation
}

async function stored(store: Store): Promise<Stored> {
  const object = await store.read('lease.json')
  assert.ok(object)
  return object
}

const conflict = { outcome: 'conflict' }

for (const [name, scene] of Object.entries(scenes)) {
  describe(name, () => {
    it('has nothing at first, and none of it is an error', async (test) => {
      const { store } = scene(test)
      assert.equal(await store.read('lease.json'), null)
      assert.deepEqual(await store.list(''), [])
      await store.remove('epoch-00000001/')
    })

    it('gives back what was written, at the generation that was told', async (test) => {
      const { store } = scene(test)
      const generation = await written(store, '{"größe": 1}\n', null)
      const object = await stored(store)
      assert.deepEqual([object.body, object.generation], ['{"größe": 1}\n', generation])
    })

    it('hands over an object until whoever takes it fails, and tells why', async (test) => {
      const { store, put } = scene(test)
      const fail = () => assert.fail('no room')
      assert.equal(await takeAll(store, 'generations/a', fail), false)
      await put('generations/a', content)
      await assert.rejects(takeAll(store, 'generations/a', fail), { message: 'no room' })
    })

    it('gives all of an object as it is', async (test) => {
      const { store, put } = scene(test)
      assert.equal(await store.bytes('generations/a'), null)
      await put('generations/a', content)
      assert.deepEqual(await store.bytes('generations/a'), content)
    })

    it('hands over all of an object', async (test) => {
      const { store, put } = scene(test)
      const taken: Buffer[] = []
      const take = (bytes: Buffer) => taken.push(bytes)
      assert.equal(await store.each('generations/a', take), false)
      await put('generations/a', content)
      assert.equal(await store.each('generations/a', take), true)
      assert.deepEqual(Buffer.concat(taken), content)
    })

    it('copies an object inside the store, into what is there or not', async (test) => {
      const { store, put } = scene(test)
      const to = 'epoch-00000002/ltx/0/ä b#?.ltx'
      assert.equal(await store.copy('epoch-00000001/ltx/0/ä', to), false)
      assert.deepEqual(await store.list(''), [])
      await put('epoch-00000001/ltx/0/ä', content)
      await put('epoch-00000001/ltx/0/b', Buffer.from('another'))
      for (const from of ['b', 'ä', 'ä']) {
        assert.equal(await store.copy(`epoch-00000001/ltx/0/${from}`, to), true)
      }
      assert.deepEqual(await store.bytes(to), content)
      assert.deepEqual(await store.bytes('epoch-00000001/ltx/0/ä'), content)
      assert.equal((await store.list('')).length, 3)
      await store.remove('epoch-00000001/')
      assert.deepEqual(await store.bytes(to), content)
    })

    it('tells by checksums which objects have the content that others have', async (test) => {
      const { store, put } = scene(test)
      await put('epoch-00000001/ltx/0/a', content)
      await put('epoch-00000001/ltx/0/b', Buffer.from(content.toReversed()))
      await store.copy('epoch-00000001/ltx/0/a', 'epoch-00000002/ltx/0/a')
      const checksums = Object.fromEntries(
        (await store.list('')).map(({ name, checksum }) => [name, checksum]),
      )
      assert.ok(checksums['epoch-00000002/ltx/0/a'])
      assert.equal(checksums['epoch-00000002/ltx/0/a'], checksums['epoch-00000001/ltx/0/a'])
      assert.notEqual(checksums['epoch-00000002/ltx/0/a'], checksums['epoch-00000001/ltx/0/b'])
    })

    it('has the details of what it lists, also of copies', async (test) => {
      const { store, put } = scene(test)
      await put('epoch-00000001/ltx/0/a', content)
      await store.copy('epoch-00000001/ltx/0/a', 'epoch-00000002/ltx/0/a')
      const listed = await store.list('')
      const detailed = await store.details(listed)
      const stable = (all: Listed[]) => all.map(({ at: _, ...rest }) => rest)
      assert.deepEqual(stable(detailed), stable(listed))
    })

    it('creates an object only if there is none', async (test) => {
      const { store } = scene(test)
      await written(store, 'a', null)
      assert.deepEqual(await store.write('lease.json', 'b', null), conflict)
      assert.equal((await stored(store)).body, 'a')
    })

    it('replaces an object only at its generation, which is another then', async (test) => {
      const { store } = scene(test)
      const generations = [await written(store, 'a', null)]
      for (const body of ['b', 'c', 'd']) {
        generations.push(await written(store, body, generations.at(-1) ?? null))
      }
      assert.equal(new Set(generations).size, 4)
      for (const stale of generations.slice(0, -1)) {
        assert.deepEqual(await store.write('lease.json', 'e', stale), conflict)
      }
      const { body, generation } = await stored(store)
      assert.deepEqual([body, generation], ['d', generations.at(-1)])
    })

    it('does not bring back what was removed', async (test) => {
      const { store } = scene(test)
      const first = await written(store, 'a', null)
      const second = await written(store, 'b', first)
      await store.remove('lease.json')
      assert.deepEqual(await store.write('lease.json', 'c', second), conflict)
      assert.equal(await store.read('lease.json'), null)
    })

    it('lets one of many writes at the same generation win', async (test) => {
      const { store } = scene(test)
      let current: string | null = null
      for (const round of ['created', 'replaced', 'replaced again']) {
        const bodies = Array.from({ length: 20 }, (_, number) => `${round} by ${number}`)
        const results = await Promise.all(
          bodies.map((body) => store.write('lease.json', body, current)),
        )
        const won = results.flatMap((result) => (result.outcome === 'written' ? [result] : []))
        const { body, generation } = await stored(store)
        assert.deepEqual(won, [{ outcome: 'written', generation }])
        const winner = results.findIndex((result) => result.outcome === 'written')
        assert.equal(body, bodies[winner])
        current = generation
      }
    })

    it('tells the age of an object by its own clock', async (test) => {
      const { store } = scene(test)
      const generation = await written(store, 'a', null)
      const [first, later] = [await stored(store), await stored(store)]
      assert.equal(later.updatedAt, first.updatedAt)
      assert.ok(later.storeNow >= first.storeNow)
      const age = first.storeNow - first.updatedAt
      assert.ok(age >= -1_000 && age < 30_000, `${age} ms`)
      await written(store, 'b', generation)
      assert.ok((await stored(store)).updatedAt >= first.updatedAt)
    })

    it('tells the size and the time of what it lists, of its newest generation alone', async (test) => {
      const { store } = scene(test)
      await written(store, 'größer', await written(store, 'a', null))
      const { updatedAt } = await stored(store)
      const [object, ...others] = await store.list('')
      assert.ok(object)
      assert.deepEqual([object.name, object.size, others], ['lease.json', 8, []])
      // Cloud Storage's other times are in whole seconds.
      assert.ok(Math.abs(object.at - updatedAt) < 1_000, `${object.at}, not ${updatedAt}`)
    })

    it('lists from a name on', async (test) => {
      const { store, put } = scene(test)
      for (const name of ['ltx/0/a', 'ltx/0/b', 'ltx/0/c', 'ltx/1/a', 'ltx/9/a']) await put(name)
      const names = async (prefix: string, from: string) =>
        (await store.list(prefix, from)).map(({ name }) => name).toSorted()
      assert.deepEqual(await names('ltx/0/', 'ltx/0/b'), ['ltx/0/b', 'ltx/0/c'])
      assert.deepEqual(await names('ltx/', 'ltx/1/'), ['ltx/1/a', 'ltx/9/a'])
      assert.deepEqual(await names('ltx/', 'ltx/0/bb'), ['ltx/0/c', 'ltx/1/a', 'ltx/9/a'])
    })

    it('lists and removes by prefix, and leaves the others alone', async (test) => {
      const { store, put } = scene(test)
      const first = ['a', 'b', 'c', 'd', 'e'].map((file) => `epoch-00000001/ltx/0/${file}`)
      const tenth = ['epoch-00000010/ltx/0/a', 'epoch-00000010/ltx/9/ä b#?.ltx']
      for (const object of [...first, ...tenth]) await put(object)
      const generation = await written(store, 'a', null)
      await written(store, 'b', generation)
      const names = async (prefix: string) =>
        (await store.list(prefix)).map(({ name }) => name).toSorted()
      assert.deepEqual(await names(''), [...first, ...tenth, 'lease.json'])
      assert.deepEqual(await names('epoch-00000001/'), first)
      assert.deepEqual(await names('epoch-0000001'), tenth)
      assert.deepEqual(await names('lease.json'), ['lease.json'])
      assert.deepEqual(await names('lease.json.'), [])
      await store.remove('epoch-00000001/ltx/0/a')
      assert.deepEqual(await names('epoch-00000001/'), first.slice(1))
      await store.remove('epoch-00000001/')
      assert.deepEqual(await names(''), [...tenth, 'lease.json'])
      await store.remove('')
      assert.deepEqual(await names(''), [])
    })
  })
}

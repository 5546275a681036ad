import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { newestTxid, restoreReplica } from '../litestream/litestream-command.ts'
import { beginAt } from '../litestream/ltx/begin-at.ts'
import { ltxOf } from '../litestream/ltx/test-support.ts'
import { runLitestream } from '../litestream/test-support.ts'
import { openDatabase } from '../sqlite/open.ts'
import { epochName } from '../stores/epochs.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { epochUrl, type ReplicaUrl } from '../stores/replica-url.ts'
import { addNote } from '../test-app/notes.ts'
import { transactionObject } from './bucket.ts'
import type { FollowerOptions } from './follower.ts'
import {
  changeLease,
  folderBucket,
  kindsBut,
  notesIn,
  Person,
  startReader,
  startWriter,
  storeWith,
  until,
} from './test-support.ts'

const timeout = 120_000
const restoring = { signal: new AbortController().signal, stallMs: 10_000 }

/** A writer that has written something, and a reader that has read it. */
async function scene(
  test: TestContext,
  {
    settings = '',
    store = () => ({}),
  }: { settings?: string; store?: (base: ReplicaUrl) => Partial<FollowerOptions['store']> } = {},
) {
  const base = folderBucket(test)
  const writer = await startWriter(test, base, 'one', settings)
  await new Person(writer.url).write('first')
  const reader = await startReader(test, base, writer.url, { store: storeWith(base, store(base)) })
  await until(() => reader.follower.position !== null)
  const write = async (message: string) => {
    assert.ok((await new Person(writer.url).write(message)).ok)
  }
  const messages = async () => (await new Person(reader.url).read()).messages
  const newest = () => newestTxid(epochUrl(base, 1), restoring)
  return { base, writer, ...reader, write, messages, newest }
}

/** Copies epoch 1, as it is now, inside the bucket. */
async function copyEpoch(base: ReplicaUrl): Promise<number> {
  const [from, to] = [1, 2].map((epoch) => epochUrl(base, epoch).slice('file://'.length))
  assert.ok(from && to)
  cpSync(from, to, { recursive: true, preserveTimestamps: true })
  return newestTxid(epochUrl(base, 2), restoring)
}

/** Goes on with epoch 2, which is a copy of the one before, and makes it the one that is restored. */
async function goOn(test: TestContext, base: ReplicaUrl, txid: number, continued = true) {
  const { folder, litestream } = await runLitestream(test)
  const path = join(folder, 'app.db')
  assert.equal(await restoreReplica(epochUrl(base, 2), path, restoring), txid)
  const database = openDatabase(path)
  test.after(() => {
    database.$client.close()
  })
  const add = (text: string) => addNote(database, text)
  add('the first of epoch 2')
  assert.equal(beginAt(path, txid, Date.now()), null)
  await litestream.register(path, epochUrl(base, 2), 5_000)
  await litestream.sync(path, 10_000)
  const begun = { upTo: 1, since: Date.now(), was: 1, txid, continued }
  await changeLease(base, { epoch: 2, restorable: 2, restoredFrom: 1, obsolete: [begun] })
  return async (message: string) => {
    add(message)
    await litestream.sync(path, 10_000)
  }
}

describe('A reader of an epoch that goes on with the one before', { timeout }, () => {
  it('goes on with the changes alone', async (test) => {
    const { base, writer, follower, changes, write, messages } = await scene(test)
    await write('second')
    await until(async () => (await messages()).length === 2)
    await writer.leadership.end()
    const txid = await copyEpoch(base)
    const writeOn = await goOn(test, base, txid)
    await until(() => follower.position?.epoch === 2)
    await writeOn('last')
    await until(async () => (await messages()).length === 4)
    assert.deepEqual(await messages(), ['last', 'the first of epoch 2', 'second', 'first'])
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'continued'])
    const check = await follower.read((copy) => copy.$client.pragma('integrity_check'))
    assert.deepEqual(check, [{ integrity_check: 'ok' }])
  })

  it('is not in that epoch before it has all of the one before', async (test) => {
    const held = Promise.withResolvers<void>()
    let isHeldByOther = false
    const isOld = (name: string) => isHeldByOther && name.startsWith(epochName(1))
    const store = (base: ReplicaUrl) => {
      const { list, bytes } = storeWith(base, {})
      return {
        list: async (prefix: string) => (isOld(prefix) ? [] : list(prefix)),
        bytes: async (name: string) => {
          if (isOld(name)) return null
          if (isHeldByOther && name === transactionObject(2, last)) await held.promise
          return bytes(name)
        },
      }
    }
    let last = 0
    const { base, writer, follower, changes, write, newest, messages } = await scene(test, {
      store,
    })
    isHeldByOther = true
    const before = follower.position
    for (const message of ['second', 'third', 'fourth']) await write(message)
    last = await newest()
    await writer.leadership.end()
    await goOn(test, base, await copyEpoch(base))
    await until(async () => (await messages()).includes('second'))
    assert.deepEqual(follower.position, before)
    assert.equal(await follower.reach({ epoch: 1, txid: last }, 200), 'not-yet')
    held.resolve()
    await until(() => follower.position?.epoch === 2)
    assert.ok((await messages()).includes('fourth'))
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'continued'])
  })

  it('restores anew where it has read what was not gone on with', async (test) => {
    const { base, writer, follower, changes, write, messages } = await scene(test)
    const txid = await copyEpoch(base)
    await write('by who led no more')
    await until(async () => (await messages()).length === 2)
    await writer.leadership.end()
    await goOn(test, base, txid)
    await until(() => follower.position?.epoch === 2)
    assert.deepEqual(await messages(), ['the first of epoch 2', 'first'])
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'new'])
  })

  it('reads the old copy until another is complete where that is not known', async (test) => {
    const { base, writer, follower, folder, changes, messages } = await scene(test)
    await writer.leadership.end()
    // A release before does not note it.
    await goOn(test, base, await copyEpoch(base), false)
    await until(async () => {
      assert.ok((await messages()).includes('first'))
      return follower.position?.epoch === 2
    })
    assert.equal((await messages()).length, 2)
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'new'])
    await until(() => readdirSync(folder).length === 1)
  })
})

describe('A reader that lacks more than single transactions', { timeout }, () => {
  it('fills the gap with what they were compacted to', async (test) => {
    const settings = `levels: [{interval: 1s}]
l0-retention: 1s
l0-retention-check-interval: 1s`
    let isAway = false
    const store = (base: ReplicaUrl) => {
      const { read, bytes } = storeWith(base, {})
      return {
        read: async (name: string) => {
          if (isAway) throw new ReplicationProblem('bucket-unreachable', base, 'away')
          return read(name)
        },
        bytes: async (name: string) => (isAway ? null : bytes(name)),
      }
    }
    const { base, follower, changes, write, messages } = await scene(test, { settings, store })
    const folder = base.slice('file://'.length)
    // What is compacted with the first transaction is all of the database.
    await until(() => existsSync(join(folder, epochName(1), 'ltx/1')))
    isAway = true
    const next = transactionObject(1, (follower.position?.txid ?? 0) + 1)
    for (const message of ['second', 'third', 'fourth']) await write(message)
    await until(() => !existsSync(join(folder, next)))
    isAway = false
    await until(async () => (await messages()).length === 4)
    assert.deepEqual(kindsBut(changes, 'problem'), ['new'])
  })
})

describe('A reader that is shown changes of very many pages', { timeout }, () => {
  it('restores instead, which keeps nobody waiting', async (test) => {
    const { writer, changes, write, messages } = await scene(test)
    const { $client } = writer.database.open
    $client.exec('create table wide (zeros blob)')
    await write('second')
    await until(async () => (await messages()).length === 2)
    const { length } = changes.filter(({ kind }) => kind === 'new')
    // A few hundred kilobytes in the bucket.
    $client.exec('insert into wide values (zeroblob(70000000))')
    await write('third')
    await until(async () => (await messages()).length === 3)
    assert.equal(changes.filter(({ kind }) => kind === 'new').length, length + 1)
  })
})

describe('A reader whose disk is full', { timeout, skip: process.platform !== 'linux' }, () => {
  it('never reads what was written in part, and restores anew', async (test) => {
    const limit = (bytes: string) =>
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
    test.after(() => limit('unlimited'))
    let torn: { name: string; file: Buffer } | null = null
    const asked = Promise.withResolvers<void>()
    const store = (base: ReplicaUrl) => {
      const { bytes } = storeWith(base, {})
      return {
        bytes: async (name: string) => {
          if (name !== torn?.name) return bytes(name)
          const { file } = torn
          torn = null
          asked.resolve()
          return file
        },
      }
    }
    const { follower, changes, write, messages } = await scene(test, { store })
    const held = Promise.withResolvers<void>()
    const reading = follower.read(() => held.promise)
    limit('1000000')
    const txid = (follower.position?.txid ?? 0) + 1
    torn = { name: transactionObject(1, txid), file: half(follower.path ?? '', txid) }
    await asked.promise
    await setImmediate()
    // Whoever comes while it is applied, or later, waits for the next copy.
    const waiting = follower.read(notesIn)
    held.resolve()
    await reading
    assert.deepEqual(await waiting, ['first'])
    await until(() => changes.some(({ kind }) => kind === 'broken'))
    assert.deepEqual(await messages(), ['first'])
    limit('unlimited')
    await write('second')
    await until(async () => (await messages()).length === 2)
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'broken', 'new'])
    assert.ok(existsSync(follower.path ?? ''))
  })
})

/** Changes of which only the first has room where files are limited. */
function half(path: string, txid: number): Buffer {
  const pageSize = 4_096
  const file = readFileSync(path)
  const page = Math.floor(file.indexOf('first') / pageSize) + 1
  const content = Buffer.from(file.subarray((page - 1) * pageSize, page * pageSize))
  content.write('torn!', content.indexOf('first'))
  const last = { page: 2_000, content: Buffer.alloc(pageSize) }
  return ltxOf({ pageSize, commit: 2_000, min: txid, pages: [{ page, content }, last] })
}

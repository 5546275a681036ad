import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { FaultyBucket } from '../test-tools/faulty-bucket.ts'
import type { Fault } from '../test-tools/faulty-proxy.ts'
import { diagnose } from './diagnose.ts'
import { restoreReplica } from './litestream-command.ts'
import { replicate, temporaryFolder, write } from './test-support.ts'

const last = '0000000000000003-0000000000000003.ltx'
const objects = new RegExp(`/${last}$`)
const options = { signal: new AbortController().signal, stallMs: 2_000 }

describe('A restore that fails', () => {
  let bucket: FaultyBucket
  let folder: string
  const clean: (() => void)[] = []
  before(async () => {
    bucket = await FaultyBucket.start()
    Object.assign(process.env, bucket.environment)
    folder = temporaryFolder({ after: (end) => clean.push(end as () => void) })
    for (const text of ['one', 'two', 'three']) {
      write(join(folder, 'app.db'), text)
      await replicate(join(folder, 'app.db'), bucket.replicaUrl)
    }
  })
  after(async () => {
    delete process.env.STORAGE_EMULATOR_HOST
    for (const end of clean) end()
    await bucket.stop()
  })

  const restore = () => {
    const to = join(folder, 'restored.db')
    for (const file of [to, `${to}.tmp`]) rmSync(file, { force: true })
    return restoreReplica(bucket.replicaUrl, to, options)
  }

  const html = '<!doctype html><title>Sign in</title>'
  for (const [what, fault, code, words] of [
    ['an object is refused', { status: 403, message: 'no' }, 'permission-denied', last],
    ['an object is not there', { status: 404 }, 'object-missing', last],
    [
      'a proxy says that an object is not there',
      { body: html, status: 404 },
      'object-missing',
      last,
    ],
    ['an object is a page of HTML', { body: html }, 'bucket-garbled', last],
    ['an object comes empty', { body: '' }, 'bucket-garbled', last],
    ['an object fails', { status: 503 }, 'bucket-unreachable', ''],
    ['an object hangs', { hang: true }, 'bucket-unreachable', ''],
    ['an object is cut off', { half: 'answer' }, 'bucket-garbled', last],
  ] as [string, Fault, string, string][]) {
    it(`because ${what} says so, and nothing of damage`, async () => {
      bucket.inject({ ...fault, only: objects })
      await assert.rejects(restore(), (error: { code: string; message: string }) => {
        assert.equal(error.code, code)
        assert.ok(error.message.includes(words))
        assert.doesNotMatch(error.message, /seed|goroutine/)
        return true
      })
      bucket.inject(null)
    })
  }

  for (const [what, fault, code] of [
    ['are refused', { status: 403, message: 'no' }, 'permission-denied'],
    ['are not there', { status: 404 }, 'bucket-missing'],
    ['are a page of HTML', { body: html }, 'bucket-garbled'],
    ['are an empty answer', { body: '', type: 'application/json' }, 'bucket-garbled'],
    ['are an empty object', { body: '{}', type: 'application/json' }, 'bucket-garbled'],
    ['break off', { half: 'connection' }, 'bucket-unreachable'],
    ['are cut off', { half: 'answer' }, 'bucket-garbled'],
  ] as [string, Fault, string][]) {
    it(`because lists ${what} says so, and nothing of damage`, async () => {
      bucket.inject({ ...fault, only: 'lists' })
      await assert.rejects(restore(), { code })
      bucket.inject(null)
    })
  }

  it('says that the replica is damaged where an object is so', async () => {
    const object = `app/ltx/0/${last}`
    await bucket.overwrite(object, 'damaged')
    await assert.rejects(restore(), { code: 'replica-damaged' })
    await bucket.overwrite(object, '')
    await assert.rejects(restore(), /replica-damaged|3\.ltx is empty/)
    await bucket.remove(object)
    assert.equal(await restore(), 2)
  })
})

describe('What Litestream says of a replica whose objects look right', () => {
  const store = {
    list: async () => [
      { name: 'ltx/0/0000000000000001-0000000000000001.ltx', size: 200, at: 1, checksum: null },
    ],
    peek: async () => ({ start: 'LTX1'.padEnd(16), size: 200 }),
  }
  const cutOff = 'Error: decode page 11: max retries exceeded reading ltx file: unexpected EOF'
  const damaged = 'Error: decode database: close reader: file checksum mismatch'
  for (const [what, url, words, code] of [
    [
      'an answer over the network that was cut off is no damage',
      'gs://b/p',
      cutOff,
      'bucket-garbled',
    ],
    ['a file on a disk that is cut off is damaged', 'file:///b/p', cutOff, 'replica-damaged'],
    ['a checksum that is wrong is damage', 'gs://b/p', damaged, 'replica-damaged'],
    [
      'a panic is shortened',
      'gs://b/p',
      'panic: EOF\n\ngoroutine 1 [running]:',
      'litestream-failed',
    ],
  ] as const) {
    it(what, async () => {
      const problem = await diagnose(store, url, words)
      assert.equal(problem.code, code)
      assert.doesNotMatch(problem.message, /goroutine/)
    })
  }
})

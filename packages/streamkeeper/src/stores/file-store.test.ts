import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { temporaryFolder } from '../litestream/test-support.ts'
import { FileStore } from './file-store.ts'

describe('FileStore', () => {
  it('keeps the newest generation and the one before, and no temporary files', async (test) => {
    const folder = temporaryFolder(test)
    const store = new FileStore(folder)
    for (const generation of [null, '1', '2', '3']) {
      await store.write('lease.json', `after ${generation}`, generation)
    }
    await store.write('lease.json', 'too late', '3')
    assert.deepEqual(readdirSync(folder), ['lease.json.000000000003', 'lease.json.000000000004'])
  })

  it('never tells two writers that they wrote the same generation', async (test) => {
    const store = new FileStore(temporaryFolder(test))
    const generations: string[] = []
    const writeOften = async (_: unknown, writer: number) => {
      for (let turn = 0; turn < 40; turn++) {
        const current = (await store.read('lease.json'))?.generation ?? null
        const result = await store.write('lease.json', `${writer} ${turn}`, current)
        if (result.outcome === 'written') generations.push(result.generation)
      }
    }
    await Promise.all(Array.from({ length: 16 }, writeOften))
    assert.equal(new Set(generations).size, generations.length)
    assert.ok(generations.length >= 40)
  })

  it('is a conflict when a write was held up until its generation was long past', async (test) => {
    const store = new FileStore(temporaryFolder(test))
    const { link } = fs
    const { mock } = test.mock.method(fs, 'link', async (from: string, to: string) => {
      mock.restore()
      syncBuiltinESMExports()
      for (const generation of [null, '1', '2']) {
        await store.write('lease.json', `after ${generation}`, generation)
      }
      await link(from, to)
    })
    syncBuiltinESMExports()
    assert.deepEqual(await store.write('lease.json', 'late', null), { outcome: 'conflict' })
    assert.equal((await store.read('lease.json'))?.body, 'after 2')
  })

  it('removes the folders that it empties, and only those', async (test) => {
    const folder = temporaryFolder(test)
    const store = new FileStore(folder)
    for (const path of ['epoch-00000003/ltx/0', 'epoch-00000003/ltx/1', 'epoch-00000004/ltx']) {
      mkdirSync(join(folder, path), { recursive: true })
      writeFileSync(join(folder, path, 'file'), '')
    }
    await store.remove('epoch-00000003/')
    assert.deepEqual(readdirSync(folder), ['epoch-00000004'])
    await store.remove('epoch-00000004/ltx/f')
    assert.deepEqual(readdirSync(join(folder, 'epoch-00000004')), ['ltx'])
  })

  it('says what is wrong when the folder is none', async (test) => {
    const file = join(temporaryFolder(test), 'file')
    writeFileSync(file, '')
    const problem = { code: 'bucket-missing', replicaUrl: `file://${file}`, detail: /ENOTDIR/ }
    await assert.rejects(new FileStore(file).read('lease.json'), problem)
    await assert.rejects(new FileStore(file).write('lease.json', '', null), problem)
    await assert.rejects(new FileStore(file).list(''), problem)
  })
})

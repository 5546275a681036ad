import assert from 'node:assert/strict'
import { closeSync, ftruncateSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { temporaryFolder } from '../test-support.ts'
import { LtxDamaged, type LtxHeader } from './format.ts'
import { LtxStream } from './stream.ts'
import { addNotes, type Client, hashOf, replicaOf } from './test-support.ts'

const changes: readonly ((client: Client) => void)[] = [
  (client) => addNotes(client, 40, 40_000),
  (client) => client.exec('delete from notes where id > 10'),
  (client) => client.exec('vacuum'),
  (client) => addNotes(client, 5, 100_000),
]

function write(path: string, bytes: Buffer, atOnce: number): LtxHeader {
  const file = openSync(path, 'a')
  closeSync(file)
  const open = openSync(path, 'r+')
  try {
    const stream = new LtxStream(open)
    for (let at = 0; at < bytes.length; at += atOnce) stream.push(bytes.subarray(at, at + atOnce))
    const header = stream.end()
    ftruncateSync(open, header.commit * header.pageSize)
    return header
  } finally {
    closeSync(open)
  }
}

describe('An LTX file that comes in parts', () => {
  for (const pageSize of [512, 4_096, 65_536]) {
    it(`makes the file that a restore makes, byte for byte, with pages of ${pageSize}`, async (test) => {
      const replica = await replicaOf(test, pageSize, changes)
      const path = join(temporaryFolder(test), 'app.db')
      for (const file of replica.files()) {
        const { max } = write(path, file, 10_007)
        assert.equal(hashOf(path), await replica.restoredAt(max), `transaction ${max}`)
      }
    })
  }

  it('is the same however it is cut', async (test) => {
    const replica = await replicaOf(test, 512, [(client) => addNotes(client, 1, 20)])
    const [file = Buffer.alloc(0)] = replica.files()
    const made = [1, 7, 512, file.length].map((atOnce) => {
      const path = join(temporaryFolder(test), 'app.db')
      write(path, file, atOnce)
      return hashOf(path)
    })
    assert.equal(new Set(made).size, 1)
  })

  it('is refused at its end with any byte changed, unless that makes no difference', async (test) => {
    const replica = await replicaOf(test, 512, [(client) => addNotes(client, 1, 20)])
    const [file = Buffer.alloc(0)] = replica.files()
    const path = join(temporaryFolder(test), 'app.db')
    write(path, file, 1_000)
    const right = hashOf(path)
    for (let at = 0; at < file.length; at++) {
      const changed = Buffer.from(file)
      changed.writeUInt8(changed.readUInt8(at) ^ 0xff, at)
      try {
        write(path, changed, 1_000)
        assert.equal(hashOf(path), right, `byte ${at}`)
      } catch (error) {
        assert.ok(error instanceof LtxDamaged, `byte ${at}: ${error}`)
      }
    }
  })

  it('is refused wherever it is cut off', async (test) => {
    const replica = await replicaOf(test, 512, [(client) => addNotes(client, 1, 20)])
    const [file = Buffer.alloc(0)] = replica.files()
    const path = join(temporaryFolder(test), 'app.db')
    for (let length = 0; length < file.length; length++) {
      assert.throws(() => write(path, file.subarray(0, length), 1_000), LtxDamaged, `${length}`)
    }
  })
})

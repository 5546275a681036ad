import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, constants, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { executable } from './executable.mjs'

const pinned = createHash('sha256').update('genuine').digest('hex')
let folder
let file

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'executable-'))
  file = join(folder, 'tool')
})

afterEach(() => rm(folder, { recursive: true }))

describe('a pinned executable', () => {
  it('is refused when its hash is another', async () => {
    const sources = [source('mirror', 'altered')]
    await assert.rejects(executable({ title: 'Tool', file, sources }), /mirror: thrown away/)
    assert.deepEqual(await readdir(folder), [])
  })

  it('comes from the next source when one has an altered file', async () => {
    const sources = [source('mirror', 'altered'), source('origin', 'genuine')]
    await executable({ title: 'Tool', file, sources })
    assert.equal(await readFile(file, 'utf8'), 'genuine')
  })

  it('is not there after an interrupted download', async () => {
    const cut = {
      name: 'mirror',
      sha256: pinned,
      fetch: async (into) => {
        await writeFile(join(into, 'tool'), 'genu')
        throw new Error('connection lost')
      },
    }
    await assert.rejects(executable({ title: 'Tool', file, sources: [cut] }), /connection lost/)
    assert.equal(existsSync(file), false)
  })

  it('is not fetched again', async () => {
    await executable({ title: 'Tool', file, sources: [source('origin', 'genuine')] })
    assert.equal(await executable({ title: 'Tool', file, sources: [] }), file)
  })

  it('can be run by its owner', async () => {
    const content = '#!/bin/sh\nexit 0\n'
    const sha256 = createHash('sha256').update(content).digest('hex')
    await executable({ title: 'Tool', file, sources: [source('origin', content, sha256)] })
    await access(file, constants.X_OK)
  })
})

function source(name, content, sha256 = pinned) {
  const fetch = async (into) => {
    await writeFile(join(into, 'tool'), content)
    return join(into, 'tool')
  }
  return { name, sha256, fetch }
}

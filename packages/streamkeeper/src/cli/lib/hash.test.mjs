import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { verifyAgainst } from './hash.mjs'

// `printf abc | sha256sum`
const hash = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

describe("a release's list of checksums", () => {
  let folder
  const file = () => join(folder, 'tool.tar.gz')
  const list = () => join(folder, 'checksums.txt')

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checksums-'))
    await writeFile(file(), 'abc')
  })
  after(() => rm(folder, { recursive: true }))

  it('vouches for a file that it has with this hash, in text or binary mode', async () => {
    for (const mode of [' ', '*']) {
      await writeFile(list(), `${'0'.repeat(64)}  other.tar.gz\n${hash} ${mode}tool.tar.gz\n`)
      await verifyAgainst(file(), list())
    }
  })

  it('refuses a file that was altered', async () => {
    await writeFile(list(), `${'0'.repeat(64)}  tool.tar.gz\n`)
    await assert.rejects(verifyAgainst(file(), list()), /thrown away, its SHA-256 is ba7816/)
  })

  it('refuses a file that it does not name', async () => {
    await writeFile(list(), `${hash}  tool.tar.gz.sbom\n<html>not found</html>\n`)
    await assert.rejects(
      verifyAgainst(file(), list()),
      /thrown away, as checksums\.txt has no tool\.tar\.gz/,
    )
  })
})

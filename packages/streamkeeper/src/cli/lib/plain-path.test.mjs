import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { oddFolderOf, plainPath, plainUrl, withoutLinks } from './plain-path.mjs'

const plain = /^[\w./@+,=:~-]+$/
const names = ['a b', 'é', '[x]', '{y}', '100%', '%41', '#1', 'q?', "'q'", '"', 'a & b', '$H', '\\']

async function scratch(test) {
  const folder = await mkdtemp(join(tmpdir(), 'plain-path-'))
  test.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('A path for Litestream', () => {
  it('is the folder itself where its name is plain', () => {
    assert.equal(plainPath('/srv/my-app/data', 20), '/srv/my-app/data')
    assert.equal(plainUrl('file:///srv/my-app/data/'), 'file:///srv/my-app/data/')
    assert.equal(plainUrl('gs://bucket/a b'), 'gs://bucket/a b')
  })

  for (const name of [...names, names.join(' ')]) {
    it(`leads to the folder by a plain name: ${name}`, async (test) => {
      const folder = join(await scratch(test), name)
      await mkdir(join(folder, 'data'), { recursive: true })
      await writeFile(join(folder, 'data', 'file'), name)
      const path = plainPath(join(folder, 'data'))
      assert.match(path, plain)
      assert.equal(await readFile(join(path, 'file'), 'utf8'), name)
      assert.equal(plainPath(join(folder, 'data')), path)
      assert.equal(plainUrl(pathToFileURL(join(folder, 'data')).href), `file://${path}`)
      assert.equal(withoutLinks(`It is in ${path}.`), `It is in ${join(folder, 'data')}.`)
    })
  }

  it('is short where that is asked for', async (test) => {
    const folder = join(await scratch(test), 'x'.repeat(100), 'ä'.repeat(50), 'y'.repeat(100))
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'file'), 'here')
    const path = plainPath(folder, 86)
    assert.ok(Buffer.byteLength(path) <= 86)
    assert.equal(await readFile(join(path, 'file'), 'utf8'), 'here')
  })

  it('is made anew where its link leads elsewhere', async (test) => {
    const folder = join(await scratch(test), 'a b')
    const path = plainPath(folder)
    await rm(path)
    await symlink('/', path)
    assert.equal(plainPath(folder), path)
    await assert.rejects(readFile(join(path, 'etc/passwd')), { code: 'ENOENT' })
  })

  it('is refused where others may change the links', async (test) => {
    const folder = await scratch(test)
    const before = process.env.TMPDIR
    test.after(() => Object.assign(process.env, { TMPDIR: before ?? '/tmp' }))
    process.env.TMPDIR = folder
    const links = join(folder, `streamkeeper-links-${process.getuid()}`)
    await mkdir(links)
    await chmod(links, 0o777)
    assert.throws(() => plainPath('/a b'), /of this user alone: remove it/)
    await rm(links, { recursive: true })
    await symlink(tmpdir(), links)
    assert.throws(() => plainPath('/a b'), /of this user alone: remove it/)
  })
})

describe('The URL of a folder', () => {
  it('may be written as a path is, or as URLs are', () => {
    assert.equal(oddFolderOf('file:///a b/é/'), '/a b/é')
    assert.equal(oddFolderOf('file:///a%20b/%C3%A9'), '/a b/é')
  })

  it('is left to the server where it is not written as URLs are', () => {
    for (const url of ['file:///a#1', 'file:///a?b', 'file:///100%/x', 'file:///a%2Fb']) {
      assert.equal(plainUrl(url), url)
    }
  })
})

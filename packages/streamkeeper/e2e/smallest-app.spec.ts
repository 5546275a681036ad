import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { addFiles, bucketFor, buildImage, copyOf, remove, run } from './support.ts'

describe('The smallest app, with the package as it is published', () => {
  let folder: string
  let image: string

  before(async () => {
    folder = await copyOf('smallest-app')
    await addFiles(folder)
    await mkdir(join(folder, 'data'))
    await writeFile(join(folder, 'data/server-actions.key'), Buffer.alloc(32, 1).toString('base64'))
    await run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit'], folder)
    image = await buildImage(folder, 'streamkeeper-smallest-app')
  })
  after(() => remove(folder))

  it('keeps what it has acknowledged when it is killed and its disk is lost', async (test) => {
    const bucket = await bucketFor(test)
    const first = await bucket.start(image)
    assert.equal(await first.send(await first.page(), { text: 'kept' }), 303)
    await first.kill()
    const second = await bucket.start(image)
    assert.match(await second.page(), /<li>kept<\/li>/)
  })

  it('loses nothing in a deploy', async (test) => {
    const bucket = await bucketFor(test)
    const first = await bucket.start(image)
    assert.equal(await first.send(await first.page(), { text: 'of the first' }), 303)
    const second = await bucket.start(image)
    assert.match(await second.page(), /<li>of the first<\/li>/)
    assert.equal(await second.send(await second.page(), { text: 'of the second' }), 303)
    assert.equal(await first.stop(), 0)
    assert.match(await second.page(), /<li>of the first<\/li><li>of the second<\/li>/)
    assert.equal(await second.stop(), 0)
    const third = await bucket.start(image)
    assert.match(await third.page(), /<li>of the first<\/li><li>of the second<\/li>/)
  })

  it('answers what no route takes without a page', async (test) => {
    const { url } = await (await bucketFor(test)).start(image)
    for (const [path, method, status] of [
      ['/nothing-here', 'GET', 404],
      ['/', 'DELETE', 405],
    ] as const) {
      assert.equal((await fetch(url + path, { method })).status, status)
    }
  })
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Litestream, LitestreamBusy, LitestreamGone, LitestreamRefused } from './litestream.ts'
import { runLitestream, temporaryFolder } from './test-support.ts'

describe('The Litestream that runs the server', () => {
  it('says what it refuses in its own words', async (test) => {
    const { litestream } = await runLitestream(test)
    await assert.rejects(litestream.sync('/nowhere.db', 1_000), (error) => {
      assert.ok(error instanceof LitestreamRefused)
      assert.equal(error.status, 404)
      assert.match(error.message, /database not found: \/nowhere\.db/)
      return true
    })
  })

  it('is known to be gone when nobody listens on its socket', async (test) => {
    const { litestream, end } = await runLitestream(test)
    await end()
    await assert.rejects(litestream.info(1_000), LitestreamGone)
  })

  it('tells once it has ended, though nobody asks it anything', {
    timeout: 20_000,
  }, async (test) => {
    const { litestream, end } = await runLitestream(test)
    const gone = litestream.untilGone()
    const first = Promise.race([gone, litestream.info(1_000).then(() => 'it runs')])
    assert.equal(await first, 'it runs')
    await end()
    assert.ok((await gone) instanceof LitestreamGone)
  })

  it('does not take a file while it closes it, however long that takes', async (test) => {
    const folder = temporaryFolder(test)
    const socketPath = join(folder, 'busy.sock')
    const closing = Promise.withResolvers<void>()
    const asked: string[] = []
    const busy = createHttpServer(async ({ url = '' }, response) => {
      asked.push(url)
      if (url === '/unregister') await closing.promise
      response.end(JSON.stringify({ status: `${url.slice(1)}ed` }))
    }).listen(socketPath)
    await once(busy, 'listening')
    test.after(() => busy.close())
    const litestream = new Litestream(socketPath)
    await assert.rejects(litestream.unregister('/a.db', 1_000, 10), LitestreamBusy)
    await assert.rejects(litestream.register('/a.db', 'file:///b', 1_000), LitestreamBusy)
    await assert.rejects(litestream.unregister('/a.db', 1_000, 10), LitestreamBusy)
    closing.resolve()
    await litestream.unregister('/a.db', 1_000, 5_000)
    await litestream.register('/a.db', 'file:///b', 1_000)
    assert.deepEqual(asked, ['/unregister', '/register'])
  })

  it('is given up on after the deadline, even where it never answers', async (test) => {
    const folder = temporaryFolder(test)
    const socketPath = join(folder, 'silent.sock')
    const silent = createServer((socket) => test.after(() => socket.destroy())).listen(socketPath)
    await once(silent, 'listening')
    test.after(() => silent.close())
    await assert.rejects(new Litestream(socketPath).info(100), { name: 'TimeoutError' })
  })
})

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { checkPort, checkSocket, settings } from './settings.mjs'

let folder

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'))
})

after(() => rm(folder, { recursive: true }))

describe('the settings', () => {
  it('keep what the environment has', async () => {
    const given = { NODE_ENV: 'test', PORT: await freePort(), REPLICA_URL: 'gs://b/p' }
    const { NODE_ENV, PORT, REPLICA_URL } = await settings({
      dev: false,
      given: { ...given, DATA_DIR: folder },
    })
    assert.deepEqual({ NODE_ENV, PORT, REPLICA_URL }, given)
  })

  it('have no lock on the doors of the admins where the data is the local one, and only there', async () => {
    for (const [given, local] of [
      [{}, '1'],
      [{ REPLICA_URL: '' }, '1'],
      [{ REPLICA_URL: 'gs://b/p' }, ''],
      [{ DATABASE_URL: 'postgres://a' }, ''],
      [{ LOCAL: '0' }, '0'],
      [{ LOCAL: '' }, ''],
      [{ LOCAL: '1', REPLICA_URL: 'gs://b/p' }, '1'],
    ]) {
      const PORT = await freePort()
      const { LOCAL } = await settings({ dev: false, given: { ...given, PORT, DATA_DIR: folder } })
      assert.equal(LOCAL, local, JSON.stringify(given))
    }
  })

  it('make a relative data folder absolute', async () => {
    const given = { PORT: await freePort(), DATA_DIR: 'data/settings-test' }
    const { DATA_DIR } = await settings({ dev: false, given })
    assert.equal(DATA_DIR, join(process.cwd(), 'data/settings-test'))
    await rm(DATA_DIR, { recursive: true })
  })

  it("refuse a data folder whose socket's path is too long", async () => {
    const path = `/${'ä'.repeat(45)}/litestream.sock`
    await assert.rejects(checkSocket(path), /107 bytes long.*set DATA_DIR to a shorter path/)
  })

  it('refuse a data folder that can not be one', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    for (const [path, words] of [
      [file, /it is a file\. Set DATA_DIR/],
      [join(file, 'data'), /a part of its path is a file\. Set DATA_DIR/],
    ]) {
      await assert.rejects(settings({ dev: false, given: { DATA_DIR: path } }), words)
    }
  })

  it('refuse a data folder that is in use', async () => {
    const path = join(folder, 'litestream.sock')
    const other = createServer()
    await new Promise((resolve) => other.listen(path, resolve))
    await assert.rejects(checkSocket(path), /runs already in that folder/)
    other.close()
  })

  it('refuse a port that is in use', async () => {
    const other = createServer()
    const port = await listen(other)
    await assert.rejects(checkPort(port), /is in use: set PORT/)
    other.close()
  })

  it('refuse a port that is none', async () => {
    await assert.rejects(checkPort('http'), /set PORT to another/)
  })
})

function listen(server) {
  return new Promise((resolve) => server.listen(0, () => resolve(String(server.address().port))))
}

async function freePort() {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

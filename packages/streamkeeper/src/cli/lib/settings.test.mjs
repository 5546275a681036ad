import assert from 'node:assert/strict'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { checkPort, checkSocket, mustBeService, settings } from './settings.mjs'

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
    assert.equal(await realpath(DATA_DIR), join(await realpath('.'), 'data/settings-test'))
    await rm('data/settings-test', { recursive: true })
  })

  it('lead to a data folder with an odd or long name, and to a bucket, by plain ones', async () => {
    const odd = join(folder, `a b #1 ${'ä'.repeat(50)}`)
    const given = {
      PORT: await freePort(),
      DATA_DIR: odd,
      REPLICA_URL: pathToFileURL(join(folder, 'my bucket')).href,
    }
    const { DATA_DIR, REPLICA_URL } = await settings({ dev: false, given })
    assert.equal(await realpath(DATA_DIR), await realpath(odd))
    assert.ok(Buffer.byteLength(join(DATA_DIR, 'litestream.sock')) <= 103)
    const bucket = REPLICA_URL.replace('file://', '')
    assert.equal(await realpath(bucket), await realpath(join(folder, 'my bucket')))
    assert.match(DATA_DIR + bucket, /^[\w./@+,=:~-]+$/)
  })

  it('refuse a data folder that can not be one, and name the variable where it was set', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    for (const [path, words] of [
      [file, /file can't be the data folder: it is a file\. .*or set DATA_DIR to another\.$/],
      [join(file, 'data'), /a part of its path is a file\. .*or set DATA_DIR to another\.$/],
    ]) {
      await assert.rejects(settings({ dev: false, given: { DATA_DIR: path } }), words)
    }
  })

  it('refuse a data folder that is in use, and name the variable where it was set', async () => {
    const other = createServer()
    await new Promise((resolve) => other.listen(join(folder, 'litestream.sock'), resolve))
    const words = `The app runs already in ${folder}. Stop it (Ctrl-C where it was started), or`
    await assert.rejects(checkSocket(folder, folder), {
      message: `${words} set DATA_DIR to another.`,
    })
    await assert.rejects(checkSocket(folder), {
      message: `${words} choose another: DATA_DIR=PATH npm start.`,
    })
    other.close()
  })

  it('refuse a port that is in use, with one to choose', async () => {
    const other = createServer()
    const port = await listen(other)
    const words = `Port ${port} is in use. Stop the program that uses it, or`
    await assert.rejects(checkPort(port), {
      message: `${words} choose another: PORT=8080 npm start.`,
    })
    await assert.rejects(checkPort(port, port), {
      message: `${words} set PORT to another: PORT=8080 npm start.`,
    })
    other.close()
  })

  it('refuse a port that is none', async () => {
    for (const port of ['http', '80x', '0', '65536', '1e3', '-1', ' 80', '8080.5']) {
      await assert.rejects(checkPort(port, port), {
        message: `PORT is "${port}", which is no port: set it to a number from 1 to 65535, as in PORT=8080 npm start.`,
      })
    }
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

describe('A service', () => {
  const named = { REPLICA_URL: 'gs://b/p' }

  for (const [what, given, reason] of [
    ['data that nobody has named', {}, /set REPLICA_URL .* or DATABASE_URL/],
    [
      'every visitor as an admin',
      { ...named, LOCAL: '1' },
      /^LOCAL=1 makes every visitor an admin/,
    ],
    [
      'another NODE_ENV',
      { ...named, NODE_ENV: 'development' },
      /^NODE_ENV is development: unset it/,
    ],
    ['no build', named, /run `npm run build` first/],
  ]) {
    it(`does not start with ${what}`, () => {
      assert.throws(() => mustBeService(given, folder), { message: reason })
    })
  }

  it('starts where the data is named, and the app is built', async () => {
    await mkdir(join(folder, '.next/standalone'), { recursive: true })
    await writeFile(join(folder, '.next/standalone/server.js'), '')
    mustBeService(named, folder)
    mustBeService({ DATABASE_URL: 'postgres://a', NODE_ENV: 'production' }, folder)
  })
})

import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { read, temporaryFolder, write } from '../litestream/test-support.ts'
import { takeCopy } from './take-copy.ts'

function scene(test: TestContext) {
  const folder = temporaryFolder(test)
  const path = join(folder, 'app.db')
  const copy = join(temporaryFolder(test), 'copy.db')
  const files = () =>
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'hex')])
  return { folder, path, copy, files }
}

describe('A copy of a database', () => {
  it('leaves no trace beside the original in WAL mode', async (test) => {
    const { path, copy, files } = scene(test)
    write(path, 'one')
    const before = files()
    await takeCopy(path, copy)
    assert.deepEqual(read(copy), ['one'])
    assert.deepEqual(files(), before)
  })

  it('has what is committed and nothing else, while the original is written to', async (test) => {
    const { path, copy } = scene(test)
    write(path, 'one')
    const client = new Sqlite(path)
    test.after(() => client.close())
    client.exec(`insert into notes values ('in the WAL')`)
    client.exec(`begin; insert into notes values ('not committed')`)
    await takeCopy(path, copy)
    assert.deepEqual(read(copy), ['one', 'in the WAL'])
    client.exec('commit')
    assert.deepEqual(read(path), ['one', 'in the WAL', 'not committed'])
  })

  it('has what an app that crashed left in its WAL', async (test) => {
    const { folder, path, copy } = scene(test)
    write(path, 'one')
    const client = new Sqlite(path)
    client.exec(`insert into notes values ('in the WAL')`)
    const crashed = join(folder, 'crashed.db')
    for (const suffix of ['', '-wal']) copyFileSync(path + suffix, crashed + suffix)
    client.close()
    await takeCopy(crashed, copy)
    assert.deepEqual(read(copy), ['one', 'in the WAL'])
  })

  it('can be made of a database with a rollback journal', async (test) => {
    const { path, copy, files } = scene(test)
    const client = new Sqlite(path)
    client.exec(`create table notes (text); insert into notes values ('one')`)
    client.close()
    const before = files()
    await takeCopy(path, copy)
    assert.deepEqual(read(copy), ['one'])
    assert.deepEqual(files(), before)
  })

  it('is refused where there is no database', async (test) => {
    const { path, copy } = scene(test)
    await assert.rejects(takeCopy(path, copy), /There is no file/)
    for (const content of ['', 'not a database, and long enough for a header'.repeat(10)]) {
      writeFileSync(path, content)
      await assert.rejects(takeCopy(path, copy), /is not a SQLite database/)
    }
  })
})

import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { temporaryFolder } from '../litestream/test-support.ts'
import { app } from '../sqlite/test-support.ts'
import { openWorkFile } from './work-file.ts'

describe('The file that a database is copied to', () => {
  it('has what was copied there before, and is another for another database', (test) => {
    const folder = join(temporaryFolder(test), 'new')
    const first = openWorkFile(app, folder, 'host:5432/one')
    first.client.exec(`insert into tags (label) values ('')`)
    first.close()
    assert.deepEqual(readdirSync(folder).length, 1)
    const count = (name: string) => {
      using file = openWorkFile(app, folder, name)
      return file.client.prepare('select count(*) from tags').pluck().get()
    }
    assert.deepEqual([count('host:5432/one'), count('host:5432/two')], [1, 0])
  })

  it('says which one is of no use', (test) => {
    const folder = temporaryFolder(test)
    const { client, path, close } = openWorkFile(app, folder, 'a')
    const later = Date.UTC(2999, 0, 1)
    client.exec(`insert into __drizzle_migrations (hash, created_at) values ('', ${later})`)
    close()
    const isNamed = ({ message }: Error) => message.startsWith(path) && /Remove it/.test(message)
    assert.throws(() => openWorkFile(app, folder, 'a'), isNamed)
    writeFileSync(
      path,
      'no database at all, and longer than the header of one would be: 100 bytes '.repeat(9),
    )
    assert.throws(() => openWorkFile(app, folder, 'a'), isNamed)
  })
})

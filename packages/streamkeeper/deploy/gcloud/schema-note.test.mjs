import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commit } from '../../src/cli/lib/commit.mjs'
import { newestMigration, newestMigrationAt } from './schema.mjs'

const journal = 'db/migrations/meta/_journal.json'

describe('the newest migration of a commit', () => {
  it('is that of its sources', { skip: commit() ? false : 'there is no git here' }, () => {
    const at = newestMigrationAt('HEAD', journal)
    assert.ok(Number.isInteger(at) && at > Date.UTC(2020, 0), `${newestMigration()}: ${at}`)
  })

  it('is unknown where the commit is not here', () => {
    assert.equal(newestMigrationAt('0123456', journal), null)
  })
})

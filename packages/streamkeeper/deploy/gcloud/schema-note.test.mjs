import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { commit } from '../../src/cli/lib/commit.mjs'
import { newestMigration, newestMigrationAt } from './schema.mjs'

const migrations = 'db/migrations'

describe('the newest migration of a commit', () => {
  it('is that of its sources', { skip: commit() ? false : 'there is no git here' }, async () => {
    const at = await newestMigrationAt('HEAD', migrations)
    assert.ok(
      Number.isInteger(at) && at > Date.UTC(2020, 0),
      `${newestMigration({ migrations }).tag}: ${at}`,
    )
  })

  it('is unknown where the commit is not here', async () => {
    assert.equal(await newestMigrationAt('0123456', migrations), null)
  })
})

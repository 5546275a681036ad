import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'
import { findBreakingHere, newestMigration } from './schema.mjs'

const yes = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data', '--yes']
const breaking = { migration: '0007_drop', statement: 'DROP TABLE\n pets', lost: ['pets'] }

/** A project where a release runs whose newest migration is `migration`. */
async function deployed(migration = 1) {
  const cloud = new Cloud()
  await cloud.run(deploy, yes)
  const lease = { schema: { migration, release: 'visits-00001-abc' } }
  cloud.set({ objects: { 'gs://my-data/visits/lease.json': lease } })
  cloud.forget()
  return cloud
}

function findBreaking(asked) {
  return {
    findBreaking: async (migration) => {
      asked.push(migration)
      return breaking
    },
  }
}

describe('a deployment whose migration takes something away', () => {
  it('is refused before anything is done, with what there is to do', async () => {
    const cloud = await deployed()
    const asked = []
    const { error } = await cloud.run(deploy, yes, findBreaking(asked))
    assert.deepEqual(asked, [1])
    assert.match(
      error.message,
      /0007_drop takes pets away from .* visits-00001-abc:\n {2}DROP TABLE pets/,
    )
    assert.match(error.message, /Keep it in this release.*\n.*--allow-breaking-migration\.$/)
    assert.deepEqual(cloud.changes(), [])
  })

  it('is done where it is allowed, and then that migration alone is', async () => {
    const cloud = await deployed()
    const allowed = [...yes, '--allow-breaking-migration']
    const { error } = await cloud.run(deploy, allowed, findBreaking([]))
    assert.equal(error, null)
    const env = () => cloud.state.services['europe-west1/visits'].flags['set-env-vars']
    assert.match(
      env(),
      new RegExp(
        `,ALLOW_BREAKING_MIGRATION=${newestMigration({ migrations: 'db/migrations' }).tag}$`,
      ),
    )
    await cloud.run(deploy, yes)
    assert.doesNotMatch(env(), /ALLOW_BREAKING/)
  })

  it('is allowed on PostgreSQL by the name of the newest migration there', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    const onPostgres = [...yes.slice(0, 4), '--database-url-secret', 'database-url', '--yes']
    const allowed = [...onPostgres, '--allow-breaking-migration']
    const { error } = await cloud.run(deploy, allowed)
    assert.equal(error, null)
    const env = () => cloud.state.services['europe-west1/visits'].flags['set-env-vars']
    const { tag } = newestMigration({ migrations: 'db/postgres/migrations' })
    assert.match(env(), new RegExp(`,ALLOW_BREAKING_MIGRATION=${tag}$`))
    await cloud.run(deploy, onPostgres)
    assert.doesNotMatch(env(), /ALLOW_BREAKING/)
  })
})

describe('a deployment that takes nothing away', () => {
  it('is not looked at where the release that runs has all migrations', async () => {
    const cloud = await deployed(9e15)
    const asked = []
    const { error } = await cloud.run(deploy, yes, findBreaking(asked))
    assert.equal(error, null)
    assert.deepEqual(asked, [])
  })

  it('goes on where nobody can tell what runs: the server looks again', async () => {
    const cloud = await deployed()
    cloud.set({
      failures: [{ match: 'storage cat', message: 'HTTPError 403: no storage.objects' }],
    })
    const { error } = await cloud.run(deploy, yes, findBreaking([]))
    assert.equal(error, null)
  })

  it('is found by the migrations themselves', async () => {
    assert.equal(await findBreakingHere(0), null)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { pairs } from '../test-support/fake-project.mjs'
import { deploy } from './deploy.mjs'

const place = ['--project', 'my-project', '--region', 'europe-west1', '--yes']
const onBucket = [...place, '--bucket', 'my-data']
const onDatabase = [...place, '--database-url-secret', 'database-url']

/** Without the key of server actions. */
function secretsOf(cloud, key = 'europe-west1/visits') {
  const { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: _, ...others } = pairs(
    cloud.state.services[key].flags['set-secrets'],
  )
  return others
}

function change(cloud, name, part) {
  const { secrets } = cloud.state
  cloud.set({ secrets: { ...secrets, [name]: { ...secrets[name], ...part } } })
}

describe('a secret that was made just now', () => {
  it('is asked for again until it is listed', async () => {
    const cloud = new Cloud({
      failures: [
        {
          match: 'admin-token --filter state=ENABLED --project my-project --limit 1',
          message: null,
          times: 2,
        },
      ],
    })
    const { error, said, waits } = await cloud.run(deploy, onBucket)
    assert.equal(error, null)
    assert.deepEqual(waits, [2_000, 4_000])
    assert.match(said, /Google does not list yet what was just made/)
    assert.deepEqual(secretsOf(cloud), { ADMIN_TOKEN: 'visits-admin-token:1' })
  })

  it('is not waited for for ever', async () => {
    const cloud = new Cloud({
      failures: [
        {
          match: 'admin-token --filter state=ENABLED --project my-project --limit 1',
          message: null,
        },
      ],
    })
    const { error } = await cloud.run(deploy, onBucket)
    assert.match(error.message, /gcloud secrets versions list visits-admin-token failed/)
    assert.match(error.message, /It answered nothing\..*Done so far/s)
  })
})

describe('a deployed revision', () => {
  it('has the version of the token that was the newest, until the next deployment', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, onBucket)
    change(cloud, 'visits-admin-token', { versions: ['older', 'newer'] })
    assert.deepEqual(secretsOf(cloud), { ADMIN_TOKEN: 'visits-admin-token:1' })
    const { error } = await cloud.run(deploy, onBucket)
    assert.equal(error, null)
    assert.deepEqual(secretsOf(cloud), { ADMIN_TOKEN: 'visits-admin-token:2' })
  })

  it('has the newest that is enabled, which the command at the end prints', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, onBucket)
    const versions = ['first', 'second', 'disabled', 'destroyed']
    const states = { 3: 'DISABLED', 4: 'DESTROYED' }
    change(cloud, 'visits-admin-token', { versions, states })
    const { error, printed } = await cloud.run(deploy, onBucket)
    assert.match(printed, /gcloud secrets versions access 2 --secret visits-admin-token/)
    assert.equal(error, null)
    assert.deepEqual(secretsOf(cloud), { ADMIN_TOKEN: 'visits-admin-token:2' })
  })

  it('gets a new token where none is enabled', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, onBucket)
    change(cloud, 'visits-admin-token', { states: { 1: 'DISABLED' } })
    const { error, said } = await cloud.run(deploy, onBucket)
    assert.equal(error, null)
    assert.match(said, /change {2}the secret visits-admin-token/)
    assert.deepEqual(secretsOf(cloud), { ADMIN_TOKEN: 'visits-admin-token:2' })
  })

  it('has the same versions as its readers', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, [...onBucket, '--readers', 'us-east1'])
    change(cloud, 'visits-forward-token', { versions: ['older', 'newer'] })
    await cloud.run(deploy, [...onBucket, '--readers', 'us-east1'])
    const wanted = {
      ADMIN_TOKEN: 'visits-admin-token:1',
      FORWARD_TOKEN: 'visits-forward-token:2',
    }
    assert.deepEqual(secretsOf(cloud), wanted)
    assert.deepEqual(secretsOf(cloud, 'us-east1/visits-readers'), wanted)
  })

  it('has the newest URL of the database', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    change(cloud, 'database-url', { versions: ['a', 'b', 'c'], states: { 3: 'DISABLED' } })
    const { error } = await cloud.run(deploy, onDatabase)
    assert.equal(error, null)
    assert.equal(secretsOf(cloud).DATABASE_URL, 'database-url:2')
  })

  it('is not made where no URL of the database is enabled', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    change(cloud, 'database-url', { states: { 1: 'DESTROYED' } })
    const { error } = await cloud.run(deploy, onDatabase)
    assert.match(error.message, /secret database-url has no version that is enabled/)
    assert.match(error.message, /gcloud secrets versions add database-url --data-file -/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })
})

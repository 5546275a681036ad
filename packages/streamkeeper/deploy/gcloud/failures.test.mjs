import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Cloud } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']

describe('a deployment that can not be', () => {
  it('says how to get gcloud where there is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-gcloud-'))
    const cloud = new Cloud()
    cloud.path = folder
    const { status, stderr } = await cloud.streamkeeper('deploy', ...yes)
    rmSync(folder, { recursive: true })
    assert.equal(status, 1)
    assert.match(stderr, /gcloud is not installed: see https:/)
  })

  it('says what it means, and then what was said', async () => {
    const message = 'PERMISSION_DENIED: Permission iam.serviceAccounts.create is required.'
    const match = 'iam service-accounts create'
    const { error, waits } = await new Cloud({ failures: [{ match, message }] }).run(deploy, yes)
    assert.match(
      error.message,
      /^gcloud iam service-accounts create visits-build failed\.\nYou may not do that .*\nERROR: .*PERMISSION_DENIED/,
    )
    assert.deepEqual(waits, [])
  })

  it('refuses a bucket that somebody else has, and creates nothing', async () => {
    const cloud = new Cloud({ bucketsOfOthers: ['gs://my-data'] })
    const { error } = await cloud.run(deploy, yes)
    assert.match(error.message, /belongs to somebody else \(choose another with --bucket\)/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })

  it('says that a name is taken where only its creation tells', async () => {
    const message = 'HTTPError 409: The requested bucket name is not available.'
    const cloud = new Cloud({ failures: [{ match: 'storage buckets create', message }] })
    const { error } = await cloud.run(deploy, yes)
    assert.match(error.message, /belongs to somebody else.*choose another with --bucket/)
  })

  it('refuses a bucket in another region', async () => {
    const cloud = new Cloud({ buckets: { 'gs://my-data': { location: 'US-EAST1' } } })
    const { error } = await cloud.run(deploy, yes)
    assert.match(error.message, /is in us-east1, not in europe-west1: choose that --region/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })
})

describe('a deployment that stops half-way', () => {
  it('says what was done, and goes on from there the next time', async () => {
    const message = 'The user-provided container failed to start.'
    const failures = [{ match: 'run deploy', message, times: 1 }]
    const cloud = new Cloud({ failures })
    const { error } = await cloud.run(deploy, yes)
    assert.match(
      error.message,
      /Done so far:\n {2}access to the APIs .*the secret visits-admin-token/s,
    )
    assert.match(error.message, /The same command again goes on from here/)
    const token = cloud.state.secrets['visits-admin-token'].versions
    const before = cloud.calls({ onlyChanges: true }).length
    const again = await cloud.run(deploy, yes, { newToken: () => 'another' })
    assert.equal(again.error, null)
    const [first] = cloud.calls({ onlyChanges: true }).slice(before)
    assert.deepEqual(first.argv.slice(0, 3), ['builds', 'submit', '.'])
    assert.deepEqual(cloud.state.secrets['visits-admin-token'].versions, token)
  })

  it('keeps the secret that is there though its API was not enabled', async () => {
    const cloud = new Cloud({ secrets: { 'visits-admin-token': { versions: ['older'] } } })
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.deepEqual(cloud.state.secrets['visits-admin-token'].versions, ['older'])
  })
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../../bin/lib/project.mjs'
import { apis } from '../settings.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']

describe('a deployment that can not be', () => {
  it('says how to get gcloud where there is none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-gcloud-'))
    const cloud = new Cloud()
    cloud.env = { ...process.env, PATH: folder }
    const bin = join(root, 'bin', 'deploy.mjs')
    const { status, stderr } = cloud.process(process.execPath, [bin, ...yes])
    rmSync(folder, { recursive: true })
    assert.equal(status, 1)
    assert.match(stderr, /gcloud is not installed: see https:/)
  })

  const sayings = [
    [
      'services list',
      'You do not currently have an active account selected.',
      /not logged in: run `gcloud auth login`/,
    ],
    [
      'services list',
      "PERMISSION_DENIED: Project 'my-project' not found or permission denied.",
      /check --project/,
    ],
    [
      'services enable',
      "FAILED_PRECONDITION: Billing account for project '1' is not found. Billing must be enabled for activation of service(s).",
      /no billing account: link one/,
    ],
    [
      'iam service-accounts create',
      'PERMISSION_DENIED: Permission iam.serviceAccounts.create is required.',
      /ask an owner of the project/,
    ],
    ['run deploy', 'unrecognized arguments: --max', /run `gcloud components update`/],
    [
      'run deploy',
      "FAILED_PRECONDITION: Constraint constraints/run.allowedIngress violated for 'projects/1'",
      /A policy of your organization/,
    ],
  ]
  for (const [match, message, meaning] of sayings) {
    it(`explains "${message.slice(0, 60)}" of ${match}`, async () => {
      const cloud = new Cloud({ failures: [{ match, message }] })
      const { error } = await cloud.run(deploy, yes)
      assert.match(error.message, meaning)
      assert.ok(error.message.includes(message))
    })
  }

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
    const failures = [{ match: 'run deploy', message: 'Build failed', times: 1 }]
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
    assert.deepEqual(first.argv.slice(0, 3), ['run', 'deploy', 'visits'])
    assert.deepEqual(cloud.state.secrets['visits-admin-token'].versions, token)
  })

  it('keeps the secret that is there though its API was not enabled', async () => {
    const cloud = new Cloud({ secrets: { 'visits-admin-token': { versions: ['older'] } } })
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.deepEqual(cloud.state.secrets['visits-admin-token'].versions, ['older'])
  })
})

describe('what Google does not know yet', () => {
  const message = 'HTTPError 400: Service account visits-server@x does not exist.'
  const match = 'storage buckets add-iam-policy-binding'

  it('is tried again', async () => {
    const cloud = new Cloud({ apis, failures: [{ match, message, times: 2 }] })
    const { error, waits } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.deepEqual(waits, [2_000, 4_000])
  })

  it('is not waited for for ever', async () => {
    const cloud = new Cloud({ apis, failures: [{ match, message }] })
    const { error, waits } = await cloud.run(deploy, yes)
    assert.match(error.message, /does not exist/)
    assert.equal(waits.length, 6)
  })

  it('does not make other failures wait', async () => {
    const cloud = new Cloud({ apis, failures: [{ match, message: 'PERMISSION_DENIED' }] })
    const { waits } = await cloud.run(deploy, yes)
    assert.deepEqual(waits, [])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'
import { teardown } from './teardown.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']
const readers = ['--readers', 'us-east1,asia-northeast1']
const database = ['--database-url-secret', 'database-url']

describe('a teardown', () => {
  it('takes away all but the bucket, whose policy forgets the accounts', async () => {
    const cloud = await deployed()
    const { error, printed } = await cloud.run(teardown, yes)
    assert.equal(error, null)
    assert.match(printed, /The bucket gs:\/\/my-data and the data in it stay/)
    const { accounts, buckets, jobs, policies, schedules, secrets, services } = cloud.state
    assert.deepEqual([accounts, jobs, schedules, secrets, services], [[], {}, {}, {}, {}])
    assert.deepEqual(Object.values(policies).flat(), [])
    assert.deepEqual(Object.keys(buckets), ['gs://my-project-visits-sources', 'gs://my-data'])
    assert.ok(!cloud.calls().some(({ argv }) => argv[0] === 'storage' && argv[1] === 'rm'))
  })

  it('names what goes, and not what a deployment brings', async () => {
    const cloud = await deployed()
    const { said } = await cloud.run(teardown, yes)
    const lines = said.match(/^ {2}delete {2}.*visits.*$/gm)
    assert.ok(lines.includes('  delete  the service visits, with all its revisions'))
    assert.doesNotMatch(said, /new revision|that revision/)
  })

  it('can be undone by a deployment', async () => {
    const cloud = await deployed()
    await cloud.run(teardown, yes)
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.equal(cloud.state.services['europe-west1/visits'].revision, 1)
  })

  it('takes away all that any deployment makes, by the commands that --dry-run prints', async () => {
    const cloud = await deployedInAllWays()
    const options = [...where, ...readers, ...database, '--delete-data']
    const { printed } = await cloud.run(teardown, [...options, '--dry-run'])
    assert.deepEqual(cloud.calls(), [])
    const { error } = await cloud.run(teardown, [...options, '--yes'])
    assert.equal(error, null)
    const ran = cloud.calls({ onlyChanges: true }).map(({ argv }) => `gcloud ${argv.join(' ')}`)
    assert.deepEqual(ran, printed.split('\n'))
    const { accounts, buckets, jobs, policies, schedules, secrets, services } = cloud.state
    // What was built from is kept for a month, as the images are.
    assert.deepEqual(Object.keys(buckets), ['gs://my-project-visits-sources'])
    assert.deepEqual([accounts, jobs, schedules, services], [[], {}, {}, {}])
    assert.deepEqual(Object.values(policies).flat(), [])
    assert.deepEqual(Object.keys(secrets), ['database-url'])
  })

  it('runs only those of them for which there is something', async () => {
    const cloud = await deployed()
    const { printed } = await cloud.run(teardown, [...where, '--dry-run'])
    await cloud.run(teardown, yes)
    const ran = cloud.calls({ onlyChanges: true }).map(({ argv }) => `gcloud ${argv.join(' ')}`)
    const lines = printed.split('\n')
    assert.deepEqual(
      ran,
      lines.filter((line) => ran.includes(line)),
    )
    assert.deepEqual(
      lines.filter((line) => !ran.includes(line)).filter((line) => !/readers|database/.test(line)),
      ['gcloud secrets delete visits-forward-token --project my-project'],
    )
  })

  it('needs no bucket where there never was one', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    const place = ['--project', 'my-project', '--region', 'europe-west1', '--yes']
    await cloud.run(deploy, [...place, ...database])
    const { error, said } = await cloud.run(teardown, [...place, ...database])
    assert.equal(error, null)
    assert.match(said, /The database and the secret database-url stay/)
    const { accounts, policies, secrets, services } = cloud.state
    assert.deepEqual([accounts, services], [[], {}])
    assert.deepEqual(Object.values(policies).flat(), [])
    assert.deepEqual(Object.keys(secrets), ['database-url'])
  })

  it('refuses to leave readers behind that nobody named', async () => {
    const cloud = await deployed(readers)
    const { error } = await cloud.run(teardown, [...yes, '--readers', 'us-east1'])
    assert.match(error.message, /runs in asia-northeast1: give --readers us-east1,asia-northeast1/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })

  it('deletes no data that it is not told the place of', async () => {
    const place = ['--project', 'my-project', '--region', 'europe-west1']
    const { error } = await new Cloud().run(teardown, [...place, ...database, '--delete-data'])
    assert.match(error.message, /--delete-data goes with --bucket alone/)
  })

  it('does nothing a second time', async () => {
    const cloud = await deployed()
    await cloud.run(teardown, yes)
    cloud.forget()
    const { error, said } = await cloud.run(teardown, yes)
    assert.equal(error, null)
    assert.match(said, /There is nothing of visits in the project my-project/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })

  it('takes for done what somebody else took away meanwhile', async () => {
    for (const [match, message] of [
      ['secrets delete', 'NOT_FOUND: Secret not found.'],
      // googlecloudsdk/command_lib/run/serverless_operations.py and command_lib/iam/iam_util.py
      ['run services delete', 'Service [visits] could not be found.'],
      ['run jobs delete', 'Job [visits-verify] could not be found.'],
      [
        'storage buckets remove-iam-policy-binding',
        'Policy binding with the specified principal, role, and condition not found!',
      ],
    ]) {
      const cloud = await deployed()
      cloud.set({ failures: [{ match, message }] })
      const { error } = await cloud.run(teardown, yes)
      assert.equal(error, null)
      assert.deepEqual(cloud.state.accounts, [])
    }
  })

  it('says what is gone when it stops half-way', async () => {
    const cloud = await deployed()
    cloud.set({ failures: [{ match: 'run services delete', message: 'PERMISSION_DENIED' }] })
    const { error } = await cloud.run(teardown, yes)
    assert.match(error.message, /Done so far:\n {2}the schedule visits-verify/)
  })
})

describe('the question', () => {
  it('is a yes for what can be made again', async () => {
    const cloud = await deployed()
    const { error } = await cloud.run(teardown, where, { ask: async () => 'no' })
    assert.equal(error.message, 'Nothing was done.')
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })

  it('is the name of the bucket for the data', async () => {
    const cloud = await deployed()
    const options = [...where, '--delete-data']
    const { error } = await cloud.run(teardown, options, { ask: async () => 'y' })
    assert.match(error.message, /That is not my-data: nothing was done/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
    await cloud.run(teardown, options, { ask: async () => 'my-data' })
    assert.ok(!('gs://my-data' in cloud.state.buckets))
  })

  it('is refused where nobody can be asked', async () => {
    const cloud = await deployed()
    const { error } = await cloud.run(teardown, where)
    assert.match(error.message, /Give --yes/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })
})

async function deployedInAllWays() {
  const cloud = new Cloud(withDatabaseUrl)
  const place = ['--project', 'my-project', '--region', 'europe-west1', '--yes']
  const sql = ['--cloud-sql', 'my-project:europe-west1:visits']
  const onDatabase = await cloud.run(deploy, [...place, ...database, ...sql])
  const onBucket = await cloud.run(deploy, [...yes, ...readers])
  assert.deepEqual([onDatabase.error, onBucket.error], [null, null])
  cloud.forget()
  return cloud
}

async function deployed(options = []) {
  const cloud = new Cloud()
  const { error } = await cloud.run(deploy, [...yes, ...options])
  assert.equal(error, null)
  cloud.forget()
  return cloud
}

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { onDatabase as settings } from '../settings.mjs'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { pairs } from '../test-support/fake-project.mjs'
import { deploy } from './deploy.mjs'

const place = ['--project', 'my-project', '--region', 'europe-west1']
const onBucket = [...place, '--bucket', 'my-data', '--yes']
const secret = ['--database-url-secret', 'database-url']
const onDatabase = [...place, ...secret, '--yes']
const cloudSql = ['--cloud-sql', 'my-project:europe-west1:visits']
const key = 'europe-west1/visits'

describe('a deployment on a database', () => {
  const cloud = new Cloud(withDatabaseUrl)

  before(async () => {
    const { error, printed } = await cloud.run(deploy, onDatabase)
    assert.equal(error, null)
    assert.doesNotMatch(printed, /verify/)
  })

  it('tells the app where it is by the secret alone, and starts no Litestream', () => {
    const { flags } = cloud.state.services[key]
    assert.deepEqual(pairs(flags['set-env-vars']), { GOOGLE_CLOUD_PROJECT: 'my-project' })
    assert.deepEqual(pairs(flags['set-secrets']), {
      ADMIN_TOKEN: 'visits-admin-token:1',
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: 'visits-action-key:1',
      DATABASE_URL: 'database-url:1',
    })
    assert.deepEqual([flags.command, flags.args], [settings.command, settings.args.join()])
    assert.equal(flags['cpu-throttling'], settings.cpuThrottling)
    assert.equal(Number(flags.max), settings.maxInstances)
    assert.equal(flags.max, flags['max-instances'])
  })

  it('makes no bucket for data and no job, and gives rights on its secrets alone', () => {
    const { accounts, buckets, jobs, policies, schedules } = cloud.state
    assert.deepEqual(Object.keys(buckets), ['gs://my-project-visits-sources'])
    assert.deepEqual([jobs, schedules], [{}, {}])
    assert.deepEqual(
      accounts.map((email) => email.split('@')[0]),
      ['visits-build', 'visits-database'],
    )
    assert.deepEqual(Object.keys(policies), [
      'projects my-project',
      'secrets visits-action-key',
      'secrets visits-admin-token',
      'secrets database-url',
    ])
  })

  it('never reads what is in the secret', () => {
    assert.ok(!cloud.calls().some(({ argv }) => argv.join(' ').includes('versions access')))
  })

  it('takes the number of instances and the subnet as it is told', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    await cloud.run(deploy, [...onDatabase, '--max-instances', '3', '--subnet', 'default'])
    const { flags } = cloud.state.services[key]
    assert.deepEqual([flags.max, flags['max-instances']], ['3', '3'])
    assert.deepEqual([flags.subnet, flags['vpc-egress']], ['default', 'private-ranges-only'])
  })

  it('opens the socket of a Cloud SQL instance, with the API and the right for it', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    const { error } = await cloud.run(deploy, [...onDatabase, ...cloudSql])
    assert.equal(error, null)
    const { apis, policies, services } = cloud.state
    assert.ok(apis.includes('sqladmin.googleapis.com'))
    assert.equal(services[key].flags['set-cloudsql-instances'], cloudSql[1])
    assert.deepEqual(policies['projects my-project'].at(-1), {
      role: 'roles/cloudsql.client',
      members: ['serviceAccount:visits-database@my-project.iam.gserviceaccount.com'],
    })
  })

  it('runs exactly the commands that --dry-run prints, each of which can be run by hand', async () => {
    const real = new Cloud(withDatabaseUrl)
    await real.run(deploy, [...onDatabase, ...cloudSql])
    const byHand = new Cloud(withDatabaseUrl)
    const { printed } = await byHand.run(deploy, [...place, ...secret, ...cloudSql, '--dry-run'])
    await byHand.runLines(printed)
    const argvs = (cloud) => cloud.calls({ onlyChanges: true }).map(({ argv }) => argv)
    assert.deepEqual(argvs(byHand), argvs(real))
  })

  it('creates nothing a second time, and deploys a new revision', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    await cloud.run(deploy, [...onDatabase, ...cloudSql])
    cloud.forget()
    const { error, said } = await cloud.run(deploy, [...onDatabase, ...cloudSql])
    assert.equal(error, null)
    assert.doesNotMatch(said, /Until now/)
    assert.deepEqual(
      cloud.calls({ onlyChanges: true }).map(({ argv }) => argv.slice(0, 3)),
      [
        ['builds', 'submit', '.'],
        ['run', 'deploy', 'visits'],
      ],
    )
  })
})

describe('a move from the bucket to a database', () => {
  it('says that the data has to be brought over, and asks', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    await cloud.run(deploy, onBucket)
    cloud.forget()
    const { said, error } = await cloud.run(deploy, [...place, ...secret], { ask: async () => 'n' })
    assert.match(said, /Until now visits has its data in gs:\/\/my-data\/visits/)
    assert.match(said, /delete {2}the schedule visits-verify/)
    assert.equal(error.message, 'Nothing was done.')
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })

  it('ends the daily look at a bucket that nobody writes to any more', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    await cloud.run(deploy, onBucket)
    const { error } = await cloud.run(deploy, onDatabase)
    assert.equal(error, null)
    assert.deepEqual(cloud.state.schedules, {})
    assert.ok('gs://my-data' in cloud.state.buckets)
  })

  it('gives the app no right on the bucket', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    await cloud.run(deploy, onBucket)
    await cloud.run(deploy, onDatabase)
    const account = cloud.state.services[key].flags['service-account']
    const ofBucket = cloud.state.policies['storage buckets gs://my-data']
    assert.ok(!ofBucket.some(({ members }) => members[0].endsWith(account)))
  })

  it('is undone by the plain command, which leaves nothing of the database', async () => {
    const plain = new Cloud()
    await plain.run(deploy, onBucket)
    const cloud = new Cloud(withDatabaseUrl)
    await cloud.run(deploy, onBucket)
    await cloud.run(deploy, [...onDatabase, ...cloudSql])
    const { error, said } = await cloud.run(deploy, onBucket)
    assert.equal(error, null)
    assert.match(said, /Until now visits has its data in the database/)
    assert.deepEqual(cloud.state.services[key].flags, plain.state.services[key].flags)
    assert.deepEqual(cloud.state.schedules, plain.state.schedules)
  })

  it('is refused while there are readers of the bucket', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    await cloud.run(deploy, [...onBucket, '--readers', 'us-east1'])
    cloud.forget()
    const { error } = await cloud.run(deploy, onDatabase)
    assert.match(
      error.message,
      /take it away first:\n {2}gcloud run services delete visits-readers/,
    )
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })
})

describe('a database that can not be', () => {
  const apis = ['secretmanager.googleapis.com']
  for (const [words, state] of [
    ['no secret', { apis }],
    ['no secret and no API for it', {}],
    ['an empty secret', { apis, secrets: { 'database-url': { versions: [] } } }],
  ]) {
    it(`is refused with ${words}, and nothing is made`, async () => {
      const cloud = new Cloud(state)
      const { error } = await cloud.run(deploy, onDatabase)
      assert.match(error.message, /gcloud secrets (create|versions add) database-url --data-file -/)
      assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
    })
  }

  it('is refused together with what belongs to the bucket', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    for (const [options, meaning] of [
      [['--bucket', 'my-data'], /^--bucket and --database-url-secret contradict each other/],
      [['--path', 'visits'], /^--path and --database-url-secret contradict each other/],
    ]) {
      const { error } = await cloud.run(deploy, [...onDatabase, ...options])
      assert.match(error.message, meaning)
    }
    for (const option of [['--max-instances', '3'], cloudSql, ['--subnet', 'default']]) {
      const { error } = await cloud.run(deploy, [...onBucket, ...option])
      assert.match(error.message, /goes with --database-url-secret alone/)
    }
    assert.deepEqual(cloud.calls(), [])
  })

  it('is no reason to leave out a bucket without it', async () => {
    const { error } = await new Cloud().run(deploy, place)
    assert.match(error.message, /--bucket is missing/)
  })
})

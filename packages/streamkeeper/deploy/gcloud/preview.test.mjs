import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { apis } from '../settings.mjs'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { pairs } from '../test-support/fake-project.mjs'
import { withRevision } from '../test-support/fake-traffic.mjs'
import { deploy } from './deploy.mjs'

const place = ['--project', 'my-project', '--region', 'europe-west1']
const where = [...place, '--bucket', 'my-data']
const yes = [...where, '--yes']
const key = 'europe-west1/visits'
const url = 'https://next---visits-europe-west1.run.app'

describe('a preview', () => {
  let deployed
  before(async () => {
    const cloud = new Cloud()
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    deployed = cloud.state
  })

  it('has an address of its own, leads nothing, and leaves the traffic where it is', async () => {
    const cloud = another()
    const { error, printed, said } = await cloud.run(deploy, [...yes, '--preview', 'next'])
    assert.equal(error, null)
    assert.match(printed, new RegExp(`The preview next is at ${url} \\(visits-00002-abc\\)`))
    assert.match(said, /Everybody else goes on where they are.*visits-00001-abc has all of it/)
    const { flags, traffic } = cloud.state.services[key]
    assert.equal(pairs(flags['set-env-vars']).PREVIEW, '1')
    assert.deepEqual(traffic, [
      { revision: 'visits-00001-abc', percent: 100 },
      { revision: 'visits-00002-abc', tag: 'next' },
    ])
  })

  it('is a build and one command: no job, no readers, and nothing of the service itself is set', async () => {
    const cloud = another()
    const options = ['--readers', 'us-east1', '--preview', 'next']
    const { error } = await cloud.run(deploy, [...yes, ...options])
    assert.equal(error, null)
    assert.deepEqual(cloud.changes(), ['builds submit .', 'run deploy visits'])
    const [, { argv }] = cloud.calls({ onlyChanges: true })
    assert.ok(argv.includes('--no-traffic') && argv.includes('--tag'))
    const ofService = /^--(no-)?(max|min|allow-unauthenticated|invoker-iam-check)$/
    assert.deepEqual(
      argv.filter((arg) => ofService.test(arg)),
      [],
    )
  })

  it('says where it is as JSON, and takes the address of the one before it', async () => {
    const cloud = another()
    await cloud.run(deploy, [...yes, '--preview', 'next'])
    const { printed } = await cloud.run(deploy, [...yes, '--preview', 'next', '--json'])
    const { done, ...outcome } = JSON.parse(printed)
    assert.deepEqual(outcome, { url, revision: 'visits-00003-abc', percent: 0 })
    assert.equal(cloud.state.services[key].traffic.length, 2)
  })

  it('that does not start leaves no address behind, which would keep the next revision from serving', async () => {
    const cloud = another()
    cloud.set({ startsNothing: true })
    const { error, said } = await cloud.run(deploy, [...yes, '--preview', 'next'])
    assert.match(error.message, /The app did not start/)
    assert.match(said, /The address of next is taken away again/)
    assert.deepEqual(cloud.state.services[key].traffic, [
      { revision: 'visits-00001-abc', percent: 100 },
    ])
    cloud.set({ startsNothing: false })
    const next = await cloud.run(deploy, yes)
    assert.equal(next.error, null)
    assert.match(next.printed, /goes to visits-00003-abc/)
  })

  it('that did not start, and whose address is still there, keeps the next deployment from beginning', async () => {
    const cloud = another()
    cloud.set({
      startsNothing: true,
      failures: [{ match: 'update-traffic', message: 'PERMISSION_DENIED: no' }],
    })
    const { said } = await cloud.run(deploy, [...yes, '--preview', 'next'])
    assert.match(said, /The address of next is left, .*--remove-preview next/)
    cloud.set({ startsNothing: false, failures: [] })
    cloud.forget()
    const refused = await cloud.run(deploy, yes)
    assert.match(
      refused.error.message,
      /The tag next is that of visits-00002-abc, which is not ready.*--remove-preview next/s,
    )
    assert.deepEqual(cloud.changes(), [])
    const removal = await cloud.run(deploy, [...place, '--yes', '--remove-preview', 'next'])
    assert.equal(removal.error, null)
    assert.equal((await cloud.run(deploy, yes)).error, null)
  })

  it('keeps the address of the one before it where the new one is not even built', async () => {
    const cloud = another()
    await cloud.run(deploy, [...yes, '--preview', 'next'])
    const before = cloud.state.services[key].traffic
    cloud.set({ failures: [{ match: 'run deploy', message: 'INVALID_ARGUMENT: no' }] })
    const { error } = await cloud.run(deploy, [...yes, '--preview', 'next'])
    assert.match(error.message, /INVALID_ARGUMENT/)
    assert.deepEqual(cloud.state.services[key].traffic, before)
  })

  it('may have a migration that breaks what runs, as it never migrates the data', async () => {
    const objects = { 'gs://my-data/visits/lease.json': { schema: { migration: 1, release: 'a' } } }
    const cloud = new Cloud({ ...deployed, objects })
    const findBreaking = async () => ({ migration: 'm', statement: 's', lost: ['a'] })
    const { error } = await cloud.run(deploy, [...yes, '--preview', 'next'], { findBreaking })
    assert.equal(error, null)
  })

  it('runs the commands that --dry-run prints', async () => {
    const cloud = another()
    const { printed } = await cloud.run(deploy, [...where, '--preview', 'next', '--dry-run'])
    assert.deepEqual(cloud.calls(), [])
    const inJson = await cloud.run(deploy, [...where, '--preview', 'next', '--dry-run', '--json'])
    assert.deepEqual(JSON.parse(inJson.printed), { commands: printed.split('\n') })
    const { status, stderr } = await cloud.process('sh', ['-ec', printed])
    assert.equal(status, 0, stderr)
    const real = another()
    await real.run(deploy, [...yes, '--preview', 'next'])
    const [argv, byHand] = [real, cloud].map((one) =>
      one.calls({ onlyChanges: true }).map(({ argv }) => argv),
    )
    assert.deepEqual(byHand, argv)
  })

  it('makes what a service of an earlier release lacks for it', async () => {
    const cloud = another()
    const { 'visits-action-key': _, ...secrets } = cloud.state.secrets
    cloud.set({ secrets, repositories: [] })
    const { error, said } = await cloud.run(deploy, [...yes, '--preview', 'next'])
    assert.equal(error, null)
    assert.match(said, /create {2}the secret visits-action-key/)
    assert.doesNotMatch(said, /keep/)
  })

  it('is refused before there is a service, and with a tag that others come by', async () => {
    const none = await new Cloud({ apis }).run(deploy, [...yes, '--preview', 'next'])
    assert.match(
      none.error.message,
      /There is no service visits in europe-west1.*or deploy it first/,
    )
    const cloud = another()
    const { services } = cloud.state
    services[key].traffic.push({ revision: 'visits-00001-abc', tag: 'live' })
    cloud.set({ services })
    const { error } = await cloud.run(deploy, [...yes, '--preview', 'live'])
    assert.match(error.message, /The tag live is that of visits-00001-abc, which is no preview/)
    assert.deepEqual(cloud.changes(), [])
  })

  it('is refused beside a service that has never been ready: nobody has its traffic to keep', async () => {
    const { services, ...others } = deployed
    const [first] = services[key].revisions
    const failed = { ...services[key], revisions: [{ ...first, isReady: false }] }
    const cloud = new Cloud({ ...others, services: { [key]: failed } })
    cloud.forget()
    const { error } = await cloud.run(deploy, [...yes, '--preview', 'next'])
    assert.match(error.message, /No revision of visits has ever been ready.*without --preview/)
    assert.deepEqual(cloud.changes(), [])
  })

  it('is refused beside other data', async () => {
    const cloud = another()
    const { error } = await cloud.run(deploy, [...yes, '--path', 'other', '--preview', 'next'])
    assert.match(error.message, /keeps its data in gs:\/\/my-data\/visits/)
  })

  it('is refused on a database where the service has its data in a bucket, and the other way round', async () => {
    const onDatabase = [...place, '--yes', '--database-url-secret', 'database-url']
    const moved = new Cloud(withDatabaseUrl)
    assert.equal((await moved.run(deploy, onDatabase)).error, null)
    moved.forget()
    for (const [cloud, options, now] of [
      [another(), onDatabase, /Until now visits has its data in gs:\/\/my-data\/visits\./],
      [moved, yes, /Until now visits has its data in the database/],
    ]) {
      const { error } = await cloud.run(deploy, [...options, '--preview', 'next'])
      assert.match(error.message, now)
      assert.deepEqual(cloud.changes(), [])
    }
  })

  function another() {
    const cloud = new Cloud(deployed)
    cloud.forget()
    return cloud
  }
})

describe('the removal of a preview', () => {
  it('takes its address away, and names those that there are where it is not there', async () => {
    const cloud = withPreview()
    const options = [...place, '--yes', '--remove-preview']
    const { error } = await cloud.run(deploy, [...options, 'other'])
    assert.match(error.message, /visits has no preview other. Those that there are: next/)
    assert.deepEqual(cloud.changes(), [])
    const { printed } = await cloud.run(deploy, [...options, 'next'])
    assert.match(printed, new RegExp(`Gone: ${url}`))
    assert.deepEqual(cloud.state.services[key].traffic, [
      { revision: 'visits-00001-abc', percent: 100 },
    ])
  })

  it('goes on where gcloud fails for the preview, which has never been ready', async () => {
    const cloud = withPreview()
    const { services } = cloud.state
    services[key].revisions.at(-1).isReady = false
    cloud.set({ services })
    const { error, printed } = await cloud.run(deploy, [
      ...place,
      '--yes',
      '--remove-preview',
      'next',
    ])
    assert.equal(error, null)
    assert.match(printed, /Gone: the address of next/)
    assert.equal(cloud.state.services[key].traffic.length, 1)
  })
})

function withPreview() {
  const of = (flags) => ({ name: 'visits', image: 'image@sha256:1', flags })
  const first = withRevision(undefined, of({ 'set-env-vars': 'A=1' }), {})
  const preview = of({ 'set-env-vars': 'PREVIEW=1' })
  const service = withRevision(first, preview, { noTraffic: true, tag: 'next' })
  return new Cloud({ apis, services: { [key]: service } })
}

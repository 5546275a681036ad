import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { Cloud } from '../test-support/cloud.mjs'
import { revisionName, withRevision } from '../test-support/fake-traffic.mjs'
import { deploy } from './deploy.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']
const key = 'europe-west1/visits'
const readers = ['--readers', 'us-east1']
const name = (number) => revisionName('visits', number)
const latest = [{ latest: true, percent: 100 }]

describe('the traffic of a deployment', () => {
  let deployed
  before(async () => {
    const cloud = new Cloud()
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    deployed = cloud.state
  })

  it('is left alone where it follows the newest revision', async () => {
    const cloud = again({})
    const { error, said, printed } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.ok(!cloud.changes().some((words) => words.includes('update-traffic')))
    assert.match(said, /keep {4}the traffic of visits in europe-west1/)
    assert.match(printed, /all its traffic {6}goes to visits-00003-abc/)
  })

  it('goes to the new revision where previews alone have bound it, and the plan says so', async () => {
    const cloud = again({ flags: { PREVIEW: '1' }, how: { noTraffic: true, tag: 'next' } })
    const { error, said, printed } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.match(
      said,
      /change {2}the traffic of visits in europe-west1: all of it goes to the newest/,
    )
    assert.match(said, /is bound until now, as there was a preview: visits-00001-abc has all of it/)
    assert.deepEqual(writer(cloud).traffic, [...latest, { revision: name(2), tag: 'next' }])
    assert.match(printed, /goes to visits-00003-abc/)
    const words = cloud.changes()
    assert.ok(
      words.indexOf('run services update-traffic visits') > words.indexOf('run deploy visits'),
    )
  })

  it('goes to the new revision where what is newer was never ready', async () => {
    const cloud = again({ how: { isReady: false } }, [{ revision: name(1), percent: 100 }])
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.deepEqual(writer(cloud).traffic, latest)
  })

  it('goes to the new revision where the first one was never ready', async () => {
    const { services, ...others } = deployed
    const [first] = services[key].revisions
    const failed = { ...services[key], revisions: [{ ...first, isReady: false }] }
    const cloud = new Cloud({ ...others, services: { [key]: failed } })
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.deepEqual(writer(cloud).traffic, latest)
  })

  const heldBack = [
    [
      'a rollback',
      [{ revision: name(1), percent: 100 }],
      /visits-00001-abc has all of it, and visits-00002-abc, which is newer, has none/,
    ],
    [
      'a split',
      [
        { latest: true, percent: 90 },
        { revision: name(1), percent: 10 },
      ],
      /split between visits-00002-abc \(90 %\) and visits-00001-abc \(10 %\)/,
    ],
  ]
  for (const [why, traffic, who] of heldBack) {
    it(`is not left to ${why}: the deployment is refused before anything is made`, async () => {
      const cloud = again({}, traffic)
      const { error } = await cloud.run(deploy, yes)
      assert.match(error.message, who)
      assert.match(error.message, /the same command with --to-latest/)
      assert.deepEqual(cloud.changes(), [])
    })

    it(`is freed from ${why} by --to-latest`, async () => {
      const cloud = again({}, traffic)
      const { error, printed } = await cloud.run(deploy, [...yes, '--to-latest', '--json'])
      assert.equal(error, null)
      assert.deepEqual(writer(cloud).traffic, latest)
      const { revision, percent } = JSON.parse(printed)
      assert.deepEqual([revision, percent], [name(3), 100])
    })
  }

  it('is not left to a deployment without traffic by hand, with a tag or not', async () => {
    for (const tag of [undefined, 'next']) {
      const cloud = again({ how: { noTraffic: true, tag } })
      const { error } = await cloud.run(deploy, yes)
      assert.match(error.message, /that of visits is held back/)
      assert.deepEqual(cloud.changes(), [])
    }
  })

  it('says how to go on where the deployment ends before it', async () => {
    const cloud = again({ flags: { PREVIEW: '1' }, how: { noTraffic: true, tag: 'next' } })
    cloud.set({
      failures: [{ match: 'update-traffic', message: 'FAILED_PRECONDITION: no', times: 1 }],
    })
    const { error } = await cloud.run(deploy, yes)
    assert.match(error.message, /Give it --to-latest too, and it goes on from here/)
    const { error: plain } = await cloud.run(deploy, yes)
    assert.match(plain.message, /held back/)
    const { error: freed } = await cloud.run(deploy, [...yes, '--to-latest'])
    assert.equal(freed, null)
  })

  it('is no success where the new revision has none of it', async () => {
    // Somebody else moves it while this one deploys.
    const cloud = again({})
    const bind = (url) => {
      cloud.set({
        services: { [key]: { ...writer(cloud), traffic: [{ revision: name(1), percent: 100 }] } },
      })
      return url
    }
    const { error, printed } = await cloud.run(deploy, where, { ask: async () => bind('y') })
    assert.match(
      error.message,
      /visits-00003-abc is deployed, but its users don't meet it.*visits-00001-abc has all of it/,
    )
    assert.equal(printed, '')
    assert.ok(error.done.length > 0)
  })

  // A project that was deployed, and then once more in some way.
  function again({ flags = {}, how = {} }, traffic) {
    const cloud = new Cloud(deployed)
    const before = writer(cloud)
    const variables = Object.entries(flags).map(([name, value]) => `,${name}=${value}`)
    const all = {
      ...before.flags,
      'set-env-vars': before.flags['set-env-vars'] + variables.join(''),
    }
    const service = withRevision(
      before,
      { name: 'visits', flags: all, image: 'image@sha256:2' },
      how,
    )
    cloud.set({ services: { [key]: { ...service, ...(traffic && { traffic }) } } })
    return cloud
  }
})

describe('the traffic of readers', () => {
  it('is freed by --to-latest after a rollback, and a plain deployment is refused', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, [...yes, ...readers])
    const { services } = cloud.state
    const region = 'us-east1/visits-readers'
    const { image, flags } = services[region]
    services[region] = withRevision(services[region], { name: 'visits-readers', image, flags }, {})
    services[region].traffic = [{ revision: 'visits-readers-00001-abc', percent: 100 }]
    cloud.set({ services })
    cloud.forget()
    const { error: plain } = await cloud.run(deploy, [...yes, ...readers])
    assert.match(plain.message, /that of visits-readers is held back/)
    assert.deepEqual(cloud.changes(), [])
    const { error } = await cloud.run(deploy, [...yes, ...readers, '--to-latest'])
    assert.equal(error, null)
    assert.deepEqual(cloud.state.services[region].traffic, latest)
    const words = cloud.changes()
    assert.ok(
      words.lastIndexOf('run services update-traffic visits-readers') >
        words.indexOf('run deploy visits-readers'),
    )
  })
})

function writer(cloud) {
  return cloud.state.services[key]
}

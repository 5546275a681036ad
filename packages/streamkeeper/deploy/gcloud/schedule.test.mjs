import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cloud } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'
import { teardown } from './teardown.mjs'

const where = ['--project', 'my-project', '--bucket', 'my-data', '--yes']
const home = [...where, '--region', 'europe-west1']
// Cloud Run is there, and Cloud Scheduler isn't.
const away = [...where, '--region', 'europe-west12']
const elsewhere = [...away, '--schedule-region', 'us-east1']

describe('the schedule where Cloud Scheduler is not offered', () => {
  it('is left out by the first deployment, which ends well', async () => {
    const cloud = new Cloud()
    const { error, said, printed } = await cloud.run(deploy, away)
    assert.equal(error, null)
    assert.match(said, /Cloud Scheduler is not in europe-west12, so nothing starts the job/)
    assert.match(printed, /The app is at /)
    assert.deepEqual(cloud.state.schedules, {})
    assert.ok(cloud.state.jobs['visits-verify'])
  })

  it('is not named among what was done', async () => {
    const { printed } = await new Cloud().run(deploy, [...away, '--json'])
    assert.ok(!JSON.parse(printed).done.some((title) => title.startsWith('the schedule')))
  })

  it('is left out by the later ones, and the plan says why and what to do', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, away)
    const { error, said } = await cloud.run(deploy, away)
    assert.equal(error, null)
    assert.match(
      said,
      / {2}skip {4}the schedule visits-verify in europe-west12.*\n +Cloud Scheduler is not in europe-west12.*give --schedule-region with another region \(`gcloud scheduler locations list --project my-project` has them\), or --no-schedule/,
    )
    assert.equal(cloud.state.services['europe-west12/visits'].revision, 2)
  })

  it('does not stand in the way of a teardown', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, away)
    const { error, said } = await cloud.run(teardown, away)
    assert.equal(error, null)
    assert.doesNotMatch(said, /the schedule/)
    assert.deepEqual(cloud.state.services, {})
  })

  it('is made in another region where one is given, and taken down there', async () => {
    const cloud = new Cloud()
    assert.equal((await cloud.run(deploy, elsewhere)).error, null)
    const schedules = cloud.state.schedules
    assert.deepEqual(Object.keys(schedules), ['us-east1/visits-verify'])
    assert.match(
      schedules['us-east1/visits-verify'].httpTarget.uri,
      /locations\/europe-west12\/jobs\/visits-verify:run$/,
    )
    await cloud.run(deploy, elsewhere)
    assert.deepEqual(cloud.state.schedules, schedules)
    assert.equal((await cloud.run(teardown, elsewhere)).error, null)
    assert.deepEqual(cloud.state.schedules, {})
  })

  it('is made where the list of its regions can not be read', async () => {
    const failures = [{ match: 'scheduler locations list', message: 'PERMISSION_DENIED' }]
    const cloud = new Cloud({ failures })
    assert.equal((await cloud.run(deploy, home)).error, null)
    assert.equal((await cloud.run(deploy, home)).error, null)
    assert.deepEqual(Object.keys(cloud.state.schedules), ['europe-west1/visits-verify'])
  })

  it('is explained where only its creation tells', async () => {
    const failures = [{ match: 'scheduler locations list', message: 'PERMISSION_DENIED' }]
    const { error } = await new Cloud({ failures }).run(deploy, away)
    assert.match(error.message, /takes no schedule in that region: give --schedule-region/)
  })
})

describe('the schedule of a service that had one', () => {
  it('goes with --no-schedule', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, home)
    const { error, said } = await cloud.run(deploy, [...home, '--no-schedule'])
    assert.equal(error, null)
    assert.match(said, /delete {2}the schedule visits-verify in europe-west1/)
    assert.deepEqual(cloud.state.schedules, {})
  })

  it('moves to the region that is given', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, home)
    const { error } = await cloud.run(deploy, [...home, '--schedule-region', 'us-east1'])
    assert.equal(error, null)
    assert.deepEqual(Object.keys(cloud.state.schedules), ['us-east1/visits-verify'])
  })
})

describe('a first deployment without a schedule', () => {
  it('makes no account for it, and says nothing of it', async () => {
    const cloud = new Cloud()
    const { error, said } = await cloud.run(deploy, [...home, '--no-schedule'])
    assert.equal(error, null)
    assert.ok(!cloud.state.accounts.some((email) => email.startsWith('visits-schedule@')))
    assert.doesNotMatch(said, /the schedule/)
  })

  it('contradicts a region for it', async () => {
    const { error } = await new Cloud().run(deploy, [...elsewhere, '--no-schedule'])
    assert.match(error.message, /--schedule-region and --no-schedule contradict each other/)
  })
})

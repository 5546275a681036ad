import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bucketAsPrinted } from '../test-support/bucket-as-printed.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'
import { teardown } from './teardown.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']
const deleting = [...yes, '--delete-data']
const url = 'gs://my-data'
const retention_policy = { effectiveTime: '2026-01-01T00:00:00+00:00', retentionPeriod: '86400' }
const soft_delete_policy = {
  effectiveTime: '2026-01-01T00:00:00+00:00',
  retentionDurationSeconds: '604800',
}

function projectWith(settings) {
  return new Cloud({ buckets: { [url]: { ...bucketAsPrinted, ...settings } } })
}

describe('a deployment to a bucket that is there', () => {
  it('takes it as it is where nothing is wrong with it', async () => {
    const cloud = projectWith({})
    const { error, said } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.match(said, /keep {4}the bucket gs:\/\/my-data in europe-west1/)
    assert.doesNotMatch(said, /soft delete/)
    assert.ok(
      !cloud
        .changes()
        .some((change) => /^storage buckets (create|update) gs:\/\/my-data/.test(change)),
    )
  })

  it('is refused for all that is wrong, before anything is made, until each command was run', async () => {
    const cloud = projectWith({
      ...{ retention_policy, default_event_based_hold: true, requester_pays: true },
      ...{ versioning_enabled: true, default_storage_class: 'ARCHIVE' },
      lifecycle_config: { rule: [{ action: { type: 'Delete' }, condition: { age: 1 } }] },
    })
    const { error } = await cloud.run(deploy, yes)
    assert.match(error.message, /^gs:\/\/my-data can not hold the data:\n/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
    const commands = error.message.match(/gcloud storage buckets update .*$/gm)
    assert.equal(commands.length, 6)
    for (const command of commands) {
      const [program, ...args] = command.split(' ')
      assert.equal((await cloud.process(program, args)).status, 0, command)
    }
    assert.equal((await cloud.run(deploy, yes)).error, null)
  })

  it('says what its soft delete means, and leaves that as it is', async () => {
    const cloud = projectWith({ soft_delete_policy, public_access_prevention: 'inherited' })
    const { error, said } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.match(said, /^ {2}change {2}the bucket gs:\/\/my-data in europe-west1.*\n {10}it keeps/m)
    assert.match(said, /for 7 days, and Google bills it .* --clear-soft-delete$/m)
    assert.deepEqual(cloud.state.buckets[url].soft_delete_policy, soft_delete_policy)
  })
})

describe('a teardown with the data', () => {
  it('says that the data is gone for good where nothing keeps what is deleted', async () => {
    const { said, printed } = await projectWith({}).run(teardown, deleting)
    const fate = /gs:\/\/my-data goes with everything in it, for good\./
    assert.match(said, fate)
    assert.match(printed, fate)
  })

  it('says for how long Google keeps it where the bucket has a soft delete', async () => {
    const { said } = await projectWith({ soft_delete_policy }).run(teardown, deleting)
    assert.match(said, /goes with everything in it; for 7 days Google keeps, and bills, it/)
  })

  it('is refused where nobody can delete its objects, before anything is taken away', async () => {
    const cloud = projectWith({ retention_policy, versioning_enabled: true })
    const { error } = await cloud.run(teardown, deleting)
    assert.match(error.message, /^gs:\/\/my-data can not be deleted:\n.* --clear-retention-period$/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
    assert.equal((await cloud.run(teardown, yes)).error, null)
  })
})

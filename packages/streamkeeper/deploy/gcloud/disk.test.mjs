import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastGcloud } from '../settings.mjs'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { diskOf } from '../test-support/said-by-gcloud.mjs'
import { deploy } from './deploy.mjs'

const where = [
  '--project',
  'my-project',
  '--region',
  'europe-west1',
  '--bucket',
  'my-data',
  '--yes',
]
const onDisk = { size: '10Gi', path: '/data' }

describe('a deployment with a disk', () => {
  it('keeps the data of the service there, and the copy that is verified', async () => {
    const { services, jobs } = await deployed([...where, '--disk', '10Gi'])
    assert.deepEqual(diskOf(services['europe-west1/visits'].flags), onDisk)
    assert.deepEqual(diskOf(jobs['visits-verify'].flags), { size: '10Gi', path: '/tmp' })
  })

  it('gives the readers one too', async () => {
    const { services } = await deployed([...where, '--readers', 'us-east1', '--disk', '10Gi'])
    assert.deepEqual(diskOf(services['us-east1/visits-readers'].flags), onDisk)
  })

  it('takes it back once it is no longer asked for', async () => {
    const cloud = new Cloud()
    const readers = ['--readers', 'us-east1']
    await deployed([...where, ...readers, '--disk', '10Gi'], cloud)
    const { services, jobs } = await deployed([...where, ...readers], cloud)
    const all = [...Object.values(services), ...Object.values(jobs)]
    assert.deepEqual(
      all.map(({ flags }) => diskOf(flags)),
      [null, null, null],
    )
  })

  it('takes it back where the data moves to a database', async () => {
    const cloud = new Cloud(withDatabaseUrl)
    await deployed([...where, '--disk', '10Gi'], cloud)
    const onDatabase = ['--database-url-secret', 'database-url', '--yes']
    const { services } = await deployed([...where.slice(0, 4), ...onDatabase], cloud)
    assert.equal(diskOf(services['europe-west1/visits'].flags), null)
  })

  it('touches no volume but its own', async () => {
    const cloud = new Cloud()
    await deployed(where, cloud)
    const told = cloud.calls({ onlyChanges: true }).flatMap(({ argv }) => argv)
    assert.deepEqual(
      told.filter((word) => /^--clear-volume/.test(word)),
      [],
    )
  })

  it('needs a gcloud that knows the type of its volume, before anything is made', async () => {
    const cloud = new Cloud({ gcloudVersion: leastGcloud })
    const { error } = await cloud.run(deploy, [...where, '--disk', '10Gi'])
    assert.match(error.message, /^This gcloud is .*, and 587\.0\.0 is needed for --disk/)
    assert.deepEqual(cloud.calls({ onlyChanges: true }), [])
  })

  it('has a size that Cloud Run offers', async () => {
    for (const size of ['9Gi', '10', '10G', '512Mi', '010Gi', '10Gi,size=20Gi', '']) {
      const { error } = await new Cloud().run(deploy, [...where, '--disk', size])
      assert.match(String(error?.message), /^--disk ".*" is not .*10Gi/, size)
    }
  })

  it('has nothing to keep where a database server has the data', async () => {
    const onDatabase = [...where.slice(0, 4), '--database-url-secret', 'url', '--disk', '10Gi']
    const { error } = await new Cloud().run(deploy, onDatabase)
    assert.match(error.message, /--disk and --database-url-secret contradict each other/)
  })
})

async function deployed(args, cloud = new Cloud()) {
  const { error } = await cloud.run(deploy, args)
  assert.equal(error, null)
  return cloud.state
}

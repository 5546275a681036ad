import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'

const place = ['--project', 'my-project', '--region', 'europe-west1', '--yes']
const onBucket = [...place, '--bucket', 'my-data']
const onDatabase = [...place, '--database-url-secret', 'database-url']
const front = ['--public-url', 'https://visits.example', '--trusted-proxies', '2']
const size = ['--memory', '1Gi', '--concurrency', '80', '--min', '1', '--no-rate-limits']
const network = ['--cloud-sql', 'my-project:europe-west1:visits', '--subnet', 'default']

/** What each service is told after these deployments, one after the other. */
async function toldAfter(...deployments) {
  const cloud = new Cloud(withDatabaseUrl)
  for (const args of deployments) {
    const { error } = await cloud.run(deploy, args)
    assert.equal(error, null)
  }
  const services = Object.entries(cloud.state.services)
  // The image is another with each deployment.
  return services.map(([key, { flags }]) => [key, { ...flags, image: null }])
}

describe('a deployment without an option', () => {
  it('takes back what an earlier one with it has set of the service', async () => {
    const options = [...front, ...size, '--no-public', '--allow-breaking-migration']
    const told = await toldAfter([...onBucket, ...options], onBucket)
    assert.deepEqual(told, await toldAfter(onBucket))
  })

  it('takes back what an earlier one has set of the readers', async () => {
    const readers = [...onBucket, '--readers', 'us-east1']
    const options = [...front, ...size, '--max-readers', '3', '--min-readers', '1']
    assert.deepEqual(await toldAfter([...readers, ...options], readers), await toldAfter(readers))
  })

  it('takes back what an earlier one has set on a database', async () => {
    const options = [...front, ...size, ...network, '--max-instances', '3']
    const told = await toldAfter([...onDatabase, ...options], onDatabase)
    assert.deepEqual(told, await toldAfter(onDatabase))
  })

  it('leaves nothing of a database when it goes back to the bucket', async () => {
    const told = await toldAfter([...onDatabase, ...network], onBucket)
    assert.deepEqual(told, await toldAfter(onBucket))
  })
})

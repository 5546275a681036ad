import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { pairs } from '../test-support/fake-project.mjs'
import { deploy } from './deploy.mjs'

const place = ['--project', 'my-project', '--region', 'europe-west1', '--yes']
const onBucket = [...place, '--bucket', 'my-data']
const onDatabase = [...place, '--database-url-secret', 'database-url']

async function variablesAfter(args, cloud = new Cloud()) {
  const { error } = await cloud.run(deploy, args)
  assert.equal(error, null)
  return pairs(cloud.state.services['europe-west1/visits'].flags['set-env-vars'])
}

describe('variables of the app', () => {
  const env = ['--env', 'DELETE_HIDDEN_AFTER_DAYS=30', '--env', 'KEEP_ALIVE_SECONDS=60']

  it('are set beside those of the command, on a bucket and on a database', async () => {
    const given = { DELETE_HIDDEN_AFTER_DAYS: '30', KEEP_ALIVE_SECONDS: '60' }
    const own = { GOOGLE_CLOUD_PROJECT: 'my-project' }
    assert.deepEqual(await variablesAfter([...onBucket, ...env]), {
      REPLICA_URL: 'gs://my-data/visits',
      ...given,
      ...own,
    })
    const cloud = new Cloud(withDatabaseUrl)
    assert.deepEqual(await variablesAfter([...onDatabase, ...env], cloud), { ...given, ...own })
  })

  it('are those of one deployment', async () => {
    const cloud = new Cloud()
    await variablesAfter([...onBucket, ...env], cloud)
    assert.ok(!('KEEP_ALIVE_SECONDS' in (await variablesAfter(onBucket, cloud))))
  })

  it('are refused where the command sets them itself, or are none', async () => {
    for (const text of ['REPLICA_URL=gs://a/b', 'ADMIN_TOKEN=a', 'A', 'a=1', 'A=', 'A=1,2', '']) {
      const { error } = await new Cloud().run(deploy, [...onBucket, '--env', text])
      assert.match(String(error?.message), /^--env (".*" is not NAME=VALUE|.*empty)/, text)
    }
  })
})

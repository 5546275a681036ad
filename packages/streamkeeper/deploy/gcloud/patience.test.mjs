import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { apis } from '../settings.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'
import { teardown } from './teardown.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']
const eightMinutes = 8 * 60_000

const sum = (list) => list.reduce((total, ms) => total + ms, 0)

describe('what Google does not know yet', () => {
  const match = 'storage buckets add-iam-policy-binding'
  const message = 'HTTPError 400: Service account visits-server@x does not exist.'

  it('is tried again, and it is said how long', async () => {
    const cloud = new Cloud({ apis, failures: [{ match, message, times: 2 }] })
    const { error, waits, said } = await cloud.run(deploy, yes)
    assert.deepEqual([error, waits], [null, [2_000, 4_000]])
    assert.match(
      said,
      /Google does not know .*: trying again in 2 s\. It may take some minutes, at most 8 min\.\n.*trying again in 4 s\. Waited 2 s of at most 8 min\./,
    )
  })

  it('is waited for eight minutes, and no longer', async () => {
    const cloud = new Cloud({ apis, failures: [{ match, message }] })
    const { error, waits } = await cloud.run(deploy, yes)
    assert.equal(sum(waits), eightMinutes)
    assert.match(error.message, /does not exist\.\nIt was tried again for 8 min\./)
  })

  it('does not make other failures wait', async () => {
    const cloud = new Cloud({ apis, failures: [{ match, message: 'PERMISSION_DENIED' }] })
    const { waits } = await cloud.run(deploy, yes)
    assert.deepEqual(waits, [])
  })

  it('is waited for by a teardown as well', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, yes)
    const message = 'There were concurrent policy changes. Please retry'
    const match = 'storage buckets remove-iam-policy-binding'
    cloud.set({ failures: [{ match, message, times: 1 }] })
    const { error, waits } = await cloud.run(teardown, yes)
    assert.deepEqual([error, waits], [null, [2_000]])
  })
})

describe('a build that fails', () => {
  const id = '0aa6d1c1-68b8-4b9c-9bea-a4b1dce771d7'
  const failures = [
    { match: 'builds submit', message: `build ${id} completed with status "FAILURE"`, times: 1 },
  ]
  const build = { id, log: '' }
  it('is built three times more in eight minutes', async () => {
    const always = [{ ...failures[0], times: undefined }]
    const builds = [{ ...build, failureInfo: { type: 'PUSH_NOT_AUTHORIZED' } }]
    const { error, waits } = await new Cloud({ failures: always, builds }).run(deploy, yes)
    assert.deepEqual([waits.length, sum(waits)], [3, eightMinutes])
    assert.match(error.message, /The build account may not do its work/)
  })

  it('is not built again for its own faults, and shows the end of its log', async () => {
    const lines = [...Array(40).keys()].map((index) => `line ${index}`)
    const log = [...lines, 'npm error code E403', 'npm error 403 Forbidden ENOENT'].join('\n')
    const facts = { failureInfo: { type: 'USER_BUILD_STEP', detail: 'Build step failure' }, log }
    const cloud = new Cloud({ failures, builds: [{ ...build, ...facts }] })
    const { error, waits } = await cloud.run(deploy, yes)
    assert.deepEqual(waits, [])
    assert.match(error.message, /^gcloud builds submit \. failed\.\nThe image could not be built/)
    assert.match(error.message, /line 39\nnpm error code E403/)
    assert.doesNotMatch(error.message, /line 1\n|not installed|You may not/)
    assert.match(
      error.message,
      /gcloud builds log [0-9a-f-]{36} --project my-project --region europe-west1/,
    )
  })

  it('is not built again where its log can not be read, and the account has had its role', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, yes)
    cloud.set({ failures: [{ ...failures[0], times: undefined }] })
    const { error, waits } = await cloud.run(deploy, yes)
    assert.deepEqual(waits, [])
    assert.match(error.message, /All of its log: gcloud builds log /)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { leastGcloud } from '../settings.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'
import { requireGcloud } from './project.mjs'
import { teardown } from './teardown.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']

describe('a gcloud that is too old', () => {
  for (const [name, command] of Object.entries({ deploy, teardown })) {
    it(`is refused by ${name} before anything is looked at, with the ways to a newer one`, async () => {
      const cloud = new Cloud({ gcloudVersion: '528.0.0' })
      const { error } = await cloud.run(command, yes)
      assert.match(error.message, /^This gcloud is 528\.0\.0, and \d+\.0\.0 is needed/)
      assert.match(error.message, /^ {2}gcloud components update$/m)
      assert.match(
        error.message,
        /^ {2}sudo apt-get update && sudo apt-get install --only-upgrade/m,
      )
      assert.deepEqual(
        cloud.calls().map(({ argv }) => argv),
        [['version', '--format', 'json']],
      )
    })
  }

  it('is no hindrance to printing the commands', async () => {
    const cloud = new Cloud({ gcloudVersion: '528.0.0' })
    const { error } = await cloud.run(deploy, [...where, '--dry-run'])
    assert.equal(error, null)
    assert.deepEqual(cloud.calls(), [])
  })
})

describe('a gcloud', () => {
  const [major] = leastGcloud.split('.').map(Number)
  for (const [version, isTaken] of [
    [leastGcloud, true],
    [`${major}.0.1`, true],
    [`${major + 1}.0.0`, true],
    ['1000.0.0', true],
    [`${major - 1}.9.9`, false],
    ['99.0.0', false],
    // A build of Google's own has no number.
    ['HEAD', true],
    [undefined, true],
  ]) {
    it(`of version ${version} is ${isTaken ? 'taken' : 'refused'}`, async () => {
      const cloud = { find: async () => ({ 'Google Cloud SDK': version }) }
      const error = await requireGcloud(cloud).catch((error) => error)
      assert.equal(error === undefined, isTaken, error?.message)
    })
  }

  it('that is not logged in is told so after its version', async () => {
    const message = 'You do not currently have an active account selected.'
    const cloud = new Cloud({ failures: [{ match: 'services list', message }] })
    const { error } = await cloud.run(deploy, yes)
    assert.match(error.message, /not logged in: run `gcloud auth login`/)
  })
})

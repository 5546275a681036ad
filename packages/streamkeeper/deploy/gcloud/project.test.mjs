import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { apis } from '../settings.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { gcloud } from './command.mjs'
import { deploy } from './deploy.mjs'
import { Project } from './project.mjs'
import { teardown } from './teardown.mjs'

describe('a look at a project', () => {
  it('takes an empty answer for nothing', async () => {
    const run = async () => ({ ok: true, stdout: '', output: '' })
    assert.equal(await new Project(run).find(gcloud('version')), null)
  })
})

describe('a region that does not answer, which gcloud leaves out of its lists', () => {
  const where = ['--project', 'my-project', '--region', 'europe-west1']
  const yes = [...where, '--bucket', 'my-data', '--yes']
  const warning =
    'WARNING: The following Cloud Run regions did not respond: us-east1. List results may be incomplete.'

  for (const [name, command, options] of [
    ['a deployment', deploy, yes],
    ['a rollback', deploy, [...where, '--yes', '--rollback']],
    ['a teardown', teardown, yes],
  ]) {
    it(`keeps ${name} from nothing, and is told before the question`, async () => {
      const cloud = new Cloud({ apis })
      for (const _ of [1, 2]) await cloud.run(deploy, yes)
      cloud.set({ warnings: [{ match: 'run services list', message: warning }] })
      const { error, said } = await cloud.run(command, options)
      assert.equal(error, null)
      assert.equal(said.split('\n── ')[0].split('regions did not respond: us-east1').length, 2)
    })
  }
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gcloud } from './command.mjs'
import { Project } from './project.mjs'

describe('a look at a project', () => {
  it('fails where a list has left something out, though gcloud only warns', async () => {
    // googlecloudsdk/api_lib/run/global_methods.py
    const warning =
      'WARNING: The following Cloud Run regions did not respond: us-east1. List results may be incomplete.'
    const run = async () => ({ ok: true, stdout: '[]', output: `[]\n${warning}` })
    await assert.rejects(
      new Project(run).find(gcloud('run services list', [], { project: 'my-project' })),
      /regions did not respond: us-east1.*Run the same command again in some minutes/s,
    )
  })

  it('takes an empty answer for nothing', async () => {
    const run = async () => ({ ok: true, stdout: '', output: '' })
    assert.equal(await new Project(run).find(gcloud('version')), null)
  })
})

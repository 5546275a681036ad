import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../src/cli/lib/project.mjs'
import { which } from '../src/cli/lib/which.mjs'
import { readModule } from './test-support/terraform.mjs'

describe('the Terraform module', () => {
  it('never destroys the data, nor anything before it has said so', async () => {
    const { resources } = await readModule({ bucket: 'my-data' })
    const { data } = resources.google_storage_bucket
    assert.deepEqual(data.lifecycle, [{ prevent_destroy: true }])
    assert.equal(data.force_destroy, false)
  })

  it('looks for the data where it is told, and nowhere else unless it is', async () => {
    const { resources, variables } = await readModule({
      service: 'shop',
      path: 'notes',
      bucket: 'b',
    })
    const [{ env }] = resources.google_cloud_run_v2_service.app.template[0].containers
    assert.match(env.find(({ name }) => name === 'REPLICA_URL').value, /\/notes$/)
    // A default that changes, or follows another name, starts empty beside the data.
    assert.equal('path' in variables, false)
  })

  it('starts the daily check where the service is, or in another region', async () => {
    const regionOfSchedule = async (given) => {
      const { resources } = await readModule({ region: 'europe-west12', ...given })
      return resources.google_cloud_scheduler_job.verify.region
    }
    assert.equal(await regionOfSchedule({}), 'europe-west12')
    assert.equal(await regionOfSchedule({ schedule_region: 'europe-west1' }), 'europe-west1')
  })

  it('is formatted', async (test) => {
    const terraform = (await which('terraform')) ?? (await which('tofu'))
    if (!terraform) return test.skip('neither terraform nor tofu is on the PATH')
    const args = ['fmt', '-check', '-diff', join(root, 'packages/streamkeeper/deploy/terraform')]
    const { status, stdout } = spawnSync(terraform, args, { encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  })
})

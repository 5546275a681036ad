import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { parse } from 'yaml'
import { root } from '../src/cli/lib/project.mjs'
import { which } from '../src/cli/lib/which.mjs'
import { deploy } from './gcloud/deploy.mjs'
import { Cloud } from './test-support/cloud.mjs'

const file = join(root, 'packages/streamkeeper/deploy/github-workflow.yml')
const values = { PROJECT: 'my-project', REGION: 'europe-west1', BUCKET: 'my-data' }

describe('the workflow for GitHub Actions', () => {
  let steps
  before(async () => {
    steps = parse(await readFile(file, 'utf8')).jobs.deploy.steps
  })

  it('deploys with a command that `streamkeeper deploy` understands, without a question', async () => {
    const { run, env } = steps.at(-1)
    const filled = run.replace(/"\$(\w+)"/g, (_, name) => {
      assert.equal(env[name], `\${{ vars.${name} }}`)
      return values[name]
    })
    const [, args] = /^npx streamkeeper deploy (.*)$/.exec(filled)
    assert.match(args, / --yes$/)
    const { printed, error } = await new Cloud().run(deploy, [...args.split(' '), '--dry-run'])
    assert.equal(error, null)
    assert.match(printed, /^gcloud run deploy visits --project my-project --region europe-west1 /m)
  })

  it('runs what others wrote by its commit', () => {
    const actions = steps.flatMap(({ uses }) => uses ?? [])
    for (const action of actions) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/)
  })

  it('uploads no credentials with the sources', async () => {
    const lines = async (name) => (await readFile(join(root, name), 'utf8')).split('\n')
    assert.ok((await lines('.gitignore')).includes('gha-creds-*.json'))
    assert.ok((await lines('.gcloudignore')).includes('#!include:.gitignore'))
  })

  it('is what actionlint takes for right', async (test) => {
    const actionlint = await which('actionlint')
    if (!actionlint) return test.skip('actionlint is not on the PATH')
    const { status, stdout } = spawnSync(actionlint, [file], { encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  })
})

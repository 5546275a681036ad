import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { before, describe, it } from 'node:test'
import { parse } from 'yaml'
import { deploy } from './gcloud/deploy.mjs'
import { appFolder, Cloud } from './test-support/cloud.mjs'
import { knativeService } from './test-support/knative-service.mjs'

const values = { PROJECT: 'my-project', REGION: 'europe-west1', BUCKET: 'my-data' }

const { PROJECT, REGION, BUCKET } = values
const where = ['--project', PROJECT, '--region', REGION, '--bucket', BUCKET]

describe('the service as YAML', () => {
  it('has the versions of its secrets that are the newest now', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, [...where, '--yes'])
    const { secrets } = cloud.state
    secrets['visits-admin-token'].versions.push('another')
    cloud.set({ secrets })
    cloud.forget()
    const { printed } = await cloud.run(deploy, [...where, '--print', 'yaml'])
    const { env } = parse(printed).spec.template.spec.containers[0]
    const versions = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.key ?? [])
    assert.deepEqual(versions, ['2', '1'])
    assert.deepEqual(cloud.changes(), [])
  })

  it('has all that the command was told', async () => {
    const url = 'https://a.example,https://b.example'
    const told = ['--public-url', url, '--trusted-proxies', '2', '--min', '1', '--no-public']
    const { printed } = await new Cloud().run(deploy, [...where, ...told, '--print=yaml'])
    const { metadata, spec } = knativeService.parse(parse(printed))
    assert.equal(metadata.annotations['run.googleapis.com/invoker-iam-disabled'], 'false')
    assert.equal(metadata.annotations['run.googleapis.com/minScale'], '1')
    const { env } = spec.template.spec.containers[0]
    const variable = (wanted) => env.find(({ name }) => name === wanted).value
    assert.equal(variable('PUBLIC_URL'), 'https://a.example https://b.example')
    assert.equal(variable('TRUSTED_PROXIES'), '2')
    assert.match(printed, / --public-url https:\/\/a.example,https:\/\/b.example .* --dry-run/)
  })

  it('is that of the one service that writes to the bucket', async () => {
    const { error } = await new Cloud().run(deploy, [...where, '--readers=a', '--print', 'yaml'])
    assert.match(error.message, /--print and --readers contradict each other/)
  })
})

describe('the commands in the head of that YAML', () => {
  let script
  before(async () => {
    const { printed } = await new Cloud().run(deploy, [...where, '--print', 'yaml'])
    const [head] = printed.split('\napiVersion')
    script = [...head.matchAll(/^# {3}(\S.*)$/gm)].map(([, line]) => line).join('\n')
  })

  it('name the project in each', () => {
    const commands = script.match(/^(gcloud|npx) .*/gm)
    assert.equal(commands.length, 3)
    for (const command of commands) assert.match(command, / --project my-project /)
  })

  it('make all that `streamkeeper deploy` makes, in an order in which they work', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'by-hand-'))
    test.after(() => rm(folder, { recursive: true }))
    const cli = join(import.meta.dirname, '../src/cli/streamkeeper.mjs')
    const npx = `#!/bin/sh\nshift 1\nexec '${process.execPath}' '${cli}' "$@"\n`
    await writeFile(join(folder, 'npx'), npx, { mode: 0o755 })
    const cloud = new Cloud()
    const commands = script.replaceAll('/tmp/', `${folder}/`)
    cloud.path = [folder, cloud.path].join(delimiter)
    const ended = await cloud.process('bash', ['-e', '-o', 'pipefail', '-c', commands], appFolder)
    assert.equal(ended.status, 0, ended.stderr)
    assert.deepEqual(made(cloud.state), made(await byCommand()))
  })
})

async function byCommand() {
  const cloud = new Cloud()
  const { error } = await cloud.run(deploy, [...where, '--yes'])
  assert.equal(error, null)
  return cloud.state
}

function made({ apis, accounts, buckets, policies, secrets, services, jobs, schedules }) {
  return {
    policies,
    schedules,
    apis: apis.toSorted(),
    accounts: accounts.toSorted(),
    data: buckets[`gs://${values.BUCKET}`],
    names: [secrets, services, jobs].map(Object.keys),
  }
}

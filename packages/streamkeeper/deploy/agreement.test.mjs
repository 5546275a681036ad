import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  apis,
  bucket,
  defaultsOf,
  disk,
  emailOf,
  namesOf,
  roles,
  service,
  verify,
} from './settings.mjs'
import { saidByGcloud } from './test-support/said-by-gcloud.mjs'
import { saidByTerraform } from './test-support/said-by-terraform.mjs'
import { saidByYaml } from './test-support/said-by-yaml.mjs'
import { readModule } from './test-support/terraform.mjs'

const options = {
  project: 'my-project',
  region: 'europe-west1',
  bucket: 'my-data',
  image: 'europe-west1-docker.pkg.dev/my-project/visits/visits:1',
}
const defaults = defaultsOf({ name: 'visits' })
const wanted = whatSettingsWant()

describe('streamkeeper deploy', () => {
  it('sets what the table of settings says', async () => {
    assert.deepEqual(inOrder(await saidByGcloud(options)), inOrder(wanted))
  })
})

describe('the YAML that it prints', () => {
  it('sets the same, and no field that Cloud Run does not know', async () => {
    assert.deepEqual(await saidByYaml(options), wanted.service)
  })
})

describe('the Terraform module', () => {
  it('sets the same', async () => {
    assert.deepEqual(inOrder(await saidByTerraform(options)), inOrder(wanted))
  })

  it('enables each API that is needed', async () => {
    const { resources } = await readModule(options)
    const names = resources.google_project_service.api.for_each.match(/\w+\.googleapis\.com/g)
    assert.deepEqual(names.toSorted(), apis.toSorted())
  })

  it('refers to nothing that is not there', async () => {
    const { unknown } = await readModule(options)
    assert.deepEqual(unknown, [])
  })

  it('keeps the admin token and the key of server actions out of its state', async () => {
    const { resources } = await readModule(options)
    const { admin_token, action_key } = resources.google_secret_manager_secret_version
    assert.equal(admin_token.secret_data_wo, 'ephemeral.random_password.admin_token.result')
    assert.match(
      action_key.secret_data_wo,
      /^\$\{base64encode\(ephemeral\.random_password\.action_key\.result\)\}$/,
    )
    assert.equal(resources.random_password, undefined)
  })

  it('has a variable for each option of the table, by its name and with its default; where the data is has none', async () => {
    const { variables } = await readModule(options)
    const { memory } = defaults
    assert.deepEqual(variables, {
      memory,
      disk: '',
      public: true,
      public_url: '',
      trusted_proxies: '',
      min_instances: service.minInstances,
      schedule_region: '',
      admin_token_version: 1,
    })
  })
})

describe('A disk', () => {
  it('is mounted alike, at the service and the job that verifies', async () => {
    const withDisk = { ...options, disk: `${disk.leastGib}Gi` }
    const wanted = {
      service: { size: withDisk.disk, path: disk.path },
      verify: { size: withDisk.disk, path: disk.verifyPath },
    }
    const disksOf = ({ service, verify }) => ({ service: service.disk, verify: verify.disk })
    assert.deepEqual(disksOf(await saidByGcloud(withDisk)), wanted)
    assert.deepEqual(disksOf(await saidByTerraform(withDisk)), wanted)
    assert.deepEqual((await saidByYaml(withDisk)).disk, wanted.service)
  })
})

function whatSettingsWant() {
  const names = namesOf({ ...options, ...defaults })
  const email = (account) => emailOf(names.accounts[account], options.project)
  const grant = (account, kind, thing) => ({
    thing,
    role: roles[account][kind],
    member: `serviceAccount:${email(account)}`,
  })
  const { maxInstances, ...others } = service
  const { cpu } = service
  const { memory } = defaults
  return {
    bucket: {
      url: names.bucketUrl,
      location: options.region,
      uniform_bucket_level_access: true,
      public_access_prevention: 'enforced',
      ...bucket,
    },
    accounts: ['build', 'server', 'verify', 'schedule'].map(email),
    grants: [
      grant('build', 'project', `projects ${options.project}`),
      grant('build', 'secret', `secrets ${names.actionKey}`),
      grant('server', 'bucket', `storage buckets ${names.bucketUrl}`),
      grant('server', 'secret', `secrets ${names.secret}`),
      grant('server', 'secret', `secrets ${names.actionKey}`),
      grant('verify', 'bucket', `storage buckets ${names.bucketUrl}`),
      grant('schedule', 'job', `run jobs ${names.verifyJob}`),
    ],
    service: {
      ...others,
      name: defaults.service,
      account: email('server'),
      max: maxInstances,
      maxInstances,
      memory,
      disk: null,
      env: { REPLICA_URL: names.replicaUrl, GOOGLE_CLOUD_PROJECT: options.project },
      secrets: {
        ADMIN_TOKEN: `${names.secret}:1`,
        NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: `${names.actionKey}:1`,
      },
      isPublic: true,
    },
    verify: {
      name: names.verifyJob,
      account: email('verify'),
      command: verify.command,
      args: verify.args.join(','),
      cpu,
      memory,
      disk: null,
      maxRetries: verify.maxRetries,
      timeout: `${verify.timeoutSeconds}s`,
      env: { REPLICA_URL: names.replicaUrl },
      knowsTheUrl: true,
    },
    schedule: {
      name: names.verifyJob,
      schedule: verify.schedule,
      timeZone: verify.timeZone,
      uri: names.verifyUrl,
      account: email('schedule'),
    },
  }
}

function inOrder({ accounts, grants, ...others }) {
  const sorted = grants.map(({ thing, role, member }) => `${member} ${role} ${thing}`).sort()
  return { ...others, accounts: accounts.toSorted(), grants: sorted }
}

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { apis, readers as settings } from '../settings.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { pairs } from '../test-support/fake-project.mjs'
import { deploy } from './deploy.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']
const readers = ['--readers', 'us-east1,asia-northeast1']
const writerUrl = 'https://visits-europe-west1.run.app'

describe('a deployment with readers', () => {
  const cloud = new Cloud()

  before(async () => {
    let count = 0
    const newToken = () => `token-${++count}`
    const { error, printed } = await cloud.run(deploy, [...yes, ...readers], { newToken })
    assert.equal(error, null)
    assert.match(printed, /readers in us-east1 at https:\/\/visits-readers-us-east1\.run\.app/)
  })

  it('gives each region the image, the bucket, and the way to the writer', () => {
    const { services } = cloud.state
    assert.deepEqual(Object.keys(services), [
      'europe-west1/visits',
      'us-east1/visits-readers',
      'asia-northeast1/visits-readers',
    ])
    for (const key of ['us-east1/visits-readers', 'asia-northeast1/visits-readers']) {
      const { image, flags } = services[key]
      assert.equal(image, services['europe-west1/visits'].image)
      assert.deepEqual(pairs(flags['set-env-vars']), {
        ROLE: 'reader',
        REPLICA_URL: 'gs://my-data/visits',
        GOOGLE_CLOUD_PROJECT: 'my-project',
        WRITER_URL: writerUrl,
      })
      assert.deepEqual(pairs(flags['set-secrets']), {
        ADMIN_TOKEN: 'visits-admin-token:1',
        NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: 'visits-action-key:1',
        FORWARD_TOKEN: 'visits-forward-token:1',
      })
    }
  })

  it('sets of each what the table of settings says', () => {
    const { flags } = cloud.state.services['us-east1/visits-readers']
    assert.deepEqual(
      {
        command: flags.command,
        args: flags.args.split(','),
        cpu: flags.cpu,
        cpuThrottling: !flags['no-cpu-throttling'],
        cpuBoost: flags['cpu-boost'],
        executionEnvironment: flags['execution-environment'],
        minInstances: Number(flags.min),
        concurrency: Number(flags.concurrency),
        maxInstances: Number(flags['max-instances']),
        startupProbe: probe(flags['startup-probe']),
        livenessProbe: probe(flags['liveness-probe']),
      },
      settings,
    )
    assert.equal(flags.max, flags['max-instances'])
    assert.ok(flags['no-invoker-iam-check'])
  })

  it('lets them read the bucket and the three secrets, and nothing else', () => {
    assert.deepEqual(rolesOf(cloud, 'visits-readers'), [
      'secrets visits-action-key roles/secretmanager.secretAccessor',
      'secrets visits-admin-token roles/secretmanager.secretAccessor',
      'secrets visits-forward-token roles/secretmanager.secretAccessor',
      'storage buckets gs://my-data roles/storage.objectViewer',
    ])
    const { flags } = cloud.state.services['us-east1/visits-readers']
    assert.equal(flags['service-account'], 'visits-readers@my-project.iam.gserviceaccount.com')
  })

  it('shows the writer the token by which it knows them', () => {
    const { flags } = cloud.state.services['europe-west1/visits']
    assert.equal(pairs(flags['set-secrets']).FORWARD_TOKEN, 'visits-forward-token:1')
    assert.equal(flags.max, '1')
    assert.equal(flags.command, '')
  })

  it('gives those rights before the build, as it takes a while until all of Google knows', () => {
    const words = cloud.changes()
    const lastGrant = cloud
      .calls({ onlyChanges: true })
      .findLastIndex(({ argv }) => argv.some((arg) => arg.includes(':visits-readers@')))
    assert.ok(lastGrant < words.indexOf('run deploy visits'), words.join('\n'))
  })

  it('makes different tokens', () => {
    assert.deepEqual(cloud.state.secrets, {
      'visits-admin-token': { versions: ['token-1'] },
      'visits-action-key': { versions: ['token-2'] },
      'visits-forward-token': { versions: ['token-3'] },
    })
  })

  it('deploys the writer, visits it, and only then deploys the readers', () => {
    assert.deepEqual(
      cloud.changes().filter((words) => /^(run deploy|curl)/.test(words)),
      ['run deploy visits', 'curl', 'run deploy visits-readers', 'run deploy visits-readers'],
    )
    assert.equal(
      cloud
        .calls()
        .find(({ argv }) => argv[0] === 'curl')
        .argv.at(-1),
      writerUrl,
    )
  })

  it('runs exactly the commands that --dry-run prints, each of which can be run by hand', async () => {
    const byHand = new Cloud()
    const { printed } = await byHand.run(deploy, [...where, ...readers, '--dry-run'])
    await byHand.runLines(printed)
    const argvs = (cloud) => cloud.calls({ onlyChanges: true }).map(({ argv }) => argv)
    assert.deepEqual(argvs(byHand), argvs(cloud))
  })

  it('takes the number of instances, the memory and what is in front as it is told', async () => {
    const cloud = new Cloud()
    const front = ['--public-url', 'https://a.example,https://b.example', '--trusted-proxies', '2']
    const told = ['--max-readers', '3', '--memory', '1Gi', '--no-rate-limits', ...front, '--json']
    const { printed } = await cloud.run(deploy, [...yes, '--readers', 'us-east1', ...told])
    const { flags } = cloud.state.services['us-east1/visits-readers']
    assert.deepEqual([flags.max, flags['max-instances'], flags.memory], ['3', '3', '1Gi'])
    const writer = cloud.state.services['europe-west1/visits'].flags
    for (const { 'set-env-vars': variables } of [flags, writer]) {
      const { RATE_LIMITS, PUBLIC_URL, TRUSTED_PROXIES } = pairs(variables)
      assert.equal(RATE_LIMITS, 'off')
      assert.equal(PUBLIC_URL, 'https://a.example https://b.example')
      assert.equal(TRUSTED_PROXIES, '2')
    }
    assert.equal(writer.max, '1')
    assert.deepEqual(JSON.parse(printed).readers, {
      'us-east1': 'https://visits-readers-us-east1.run.app',
    })
  })
})

describe('a second deployment with readers', () => {
  it('creates nothing, and brings the new image everywhere', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, [...yes, ...readers])
    const { secrets } = cloud.state
    cloud.forget()
    const { error } = await cloud.run(deploy, [...yes, ...readers], { newToken: () => 'another' })
    assert.equal(error, null)
    assert.deepEqual(cloud.changes(), [
      'builds submit .',
      'run deploy visits',
      'curl',
      'run jobs deploy visits-verify',
      'run deploy visits-readers',
      'run deploy visits-readers',
    ])
    assert.deepEqual(cloud.state.secrets, secrets)
    assert.equal(cloud.state.services['us-east1/visits-readers'].image.split('@')[1], 'sha256:2')
  })

  it('adds them to a service that had none', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, yes)
    cloud.forget()
    const { error, said } = await cloud.run(deploy, [...yes, '--readers', 'us-east1'])
    assert.equal(error, null)
    assert.match(said, /create {2}the service visits-readers in us-east1/)
    assert.match(said, /create {2}the secret visits-forward-token/)
    assert.match(said, /keep {4}the secret visits-admin-token/)
  })

  it('refuses to leave some behind, and says how to take them away', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, [...yes, ...readers])
    for (const [given, all] of [
      [[], 'us-east1,asia-northeast1'],
      [['--readers', 'us-east1'], 'us-east1,asia-northeast1'],
    ]) {
      cloud.forget()
      const { error } = await cloud.run(deploy, [...yes, ...given])
      assert.ok(error.message.includes(`--readers ${all}`), error.message)
      assert.deepEqual(cloud.changes(), [])
    }
    const { error } = await cloud.run(deploy, [...yes, '--readers', 'us-east1'])
    const { status } = await cloud.process('sh', ['-c', error.message.split('\n').at(-1)])
    assert.equal(status, 0)
    const again = await cloud.run(deploy, [...yes, '--readers', 'us-east1'])
    assert.equal(again.error, null)
  })
})

describe('readers whose rights Google does not know yet', () => {
  it('are tried again', async () => {
    const message = 'Permission denied on secret: projects/1/secrets/visits-admin-token'
    const failures = [{ match: 'run deploy visits-readers', message, times: 2 }]
    const cloud = new Cloud({ failures })
    const { error, waits } = await cloud.run(deploy, [...yes, '--readers', 'us-east1'])
    assert.equal(error, null)
    assert.deepEqual(waits, [2_000, 4_000])
  })
})

describe('readers that can not be', () => {
  it('are refused in a region that does not exist, before anything is made', async () => {
    const cloud = new Cloud({ apis })
    const { error } = await cloud.run(deploy, [...yes, '--readers', 'us-east1,mars-north1'])
    assert.match(error.message, /mars-north1 is no region of Cloud Run/)
    assert.deepEqual(cloud.changes(), [])
  })

  it('are explained where only their deployment tells', async () => {
    const cloud = new Cloud()
    const { error } = await cloud.run(deploy, [...yes, '--readers', 'mars-north1'])
    assert.match(error.message, /There is no such region/)
    assert.match(error.message, /Done so far:.*the service visits,/s)
  })

  it('are not deployed when the writer answers nobody', async () => {
    const message = 'curl: (22) The requested URL returned error: 503'
    const cloud = new Cloud({ failures: [{ match: 'curl', message }] })
    const { error } = await cloud.run(deploy, [...yes, ...readers])
    assert.match(error.message, /curl failed\.\n.*error: 503/)
    assert.deepEqual(Object.keys(cloud.state.services), ['europe-west1/visits'])
  })

  it('are refused where only some may ask the service, or a database has the data', async () => {
    const cloud = new Cloud()
    const place = ['--project', 'my-project', '--region', 'europe-west1']
    const secret = ['--database-url-secret', 'database-url']
    const { error: closed } = await cloud.run(deploy, [...yes, ...readers, '--no-public'])
    const { error: mixed } = await cloud.run(deploy, [...place, ...readers, ...secret])
    const { error: none } = await cloud.run(deploy, [...yes, '--max-readers', '3'])
    assert.match(closed.message, /^--readers and --no-public contradict each other/)
    assert.match(mixed.message, /^--readers and --database-url-secret contradict each other/)
    assert.match(none.message, /^--max-readers goes with --readers alone/)
    assert.deepEqual(cloud.calls(), [])
  })
})

function rolesOf(cloud, account) {
  return Object.entries(cloud.state.policies)
    .flatMap(([thing, bindings]) =>
      bindings
        .filter(({ members }) => members[0].includes(`:${account}@`))
        .map(({ role }) => `${thing} ${role}`),
    )
    .sort()
}

function probe(text) {
  const { 'httpGet.path': path, ...numbers } = pairs(text)
  const entries = Object.entries(numbers).map(([name, value]) => [name, Number(value)])
  return { path, ...Object.fromEntries(entries) }
}

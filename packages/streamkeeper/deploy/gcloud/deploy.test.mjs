import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { apis } from '../settings.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
const yes = [...where, '--yes']

describe('a first deployment', () => {
  it('makes all that the app needs, and says where it is', async () => {
    const cloud = new Cloud()
    const { printed, error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.match(printed, /The app is at https:\/\/visits-europe-west1\.run\.app/)
    assert.match(printed, /gcloud secrets versions access 1 --secret visits-admin-token/)
    const { accounts, buckets, jobs, policies, schedules, secrets, services } = cloud.state
    const closed = {
      location: 'EUROPE-WEST1',
      location_type: 'region',
      default_storage_class: 'STANDARD',
      soft_delete_policy: { retentionDurationSeconds: '0' },
      uniform_bucket_level_access: true,
      public_access_prevention: 'enforced',
    }
    const { lifecycle_config, ...sources } = buckets['gs://my-project-visits-sources']
    assert.deepEqual([buckets['gs://my-data'], sources], [closed, closed])
    assert.deepEqual(lifecycle_config.rule[0].condition, { age: 30 })
    assert.deepEqual(
      accounts.map((email) => email.split('@')[0]),
      ['visits-build', 'visits-server', 'visits-verify', 'visits-schedule'],
    )
    assert.deepEqual(granted(policies), [
      'projects my-project: visits-build roles/run.builder',
      'secrets visits-action-key: visits-build roles/secretmanager.secretAccessor',
      'storage buckets gs://my-data: visits-server roles/storage.objectAdmin',
      'secrets visits-action-key: visits-server roles/secretmanager.secretAccessor',
      'secrets visits-admin-token: visits-server roles/secretmanager.secretAccessor',
      'storage buckets gs://my-data: visits-verify roles/storage.objectViewer',
      'run jobs visits-verify: visits-schedule roles/run.invoker',
    ])
    assert.deepEqual(secrets, {
      'visits-admin-token': { versions: ['token-of-the-test'] },
      'visits-action-key': { versions: ['token-of-the-test'] },
    })
    assert.equal(services['europe-west1/visits'].revision, 1)
    assert.equal(jobs['visits-verify'].flags.image, services['europe-west1/visits'].image)
    assert.equal(
      jobs['visits-verify'].flags['set-env-vars'],
      'REPLICA_URL=gs://my-data/visits,VERIFY_APP=https://visits-europe-west1.run.app',
    )
    assert.equal(schedules['europe-west1/visits-verify'].schedule, '17 5 * * *')
  })

  it('tells the new revision which commit it is', async (test) => {
    test.after(() => Reflect.deleteProperty(process.env, 'COMMIT'))
    process.env.COMMIT = '5e2fdbf'
    const cloud = new Cloud()
    await cloud.run(deploy, yes)
    const { flags } = cloud.state.services['europe-west1/visits']
    assert.match(flags['set-env-vars'], /(^|,)COMMIT=5e2fdbf(,|$)/)
  })

  it('runs exactly the commands that --dry-run prints, each of which can be run by hand', async () => {
    const real = new Cloud()
    await real.run(deploy, yes)
    const byHand = new Cloud()
    const { printed } = await byHand.run(deploy, [...where, '--dry-run'])
    assert.deepEqual(byHand.calls(), [])
    await byHand.runLines(printed)
    const argvs = (cloud) => cloud.calls({ onlyChanges: true }).map(({ argv }) => argv)
    assert.deepEqual(argvs(byHand), argvs(real))
    assert.match(byHand.state.secrets['visits-admin-token'].versions[0], /^[\w-]{43}$/)
  })

  it('keeps its names and its access apart where it is told to', async () => {
    const cloud = new Cloud()
    const options = ['--service', 'guests', '--path', 'a/b', '--memory', '1Gi', '--no-public']
    await cloud.run(deploy, [...yes, ...options])
    const { flags } = cloud.state.services['europe-west1/guests']
    assert.match(flags['set-env-vars'], /^REPLICA_URL=gs:\/\/my-data\/a\/b,/)
    assert.equal(flags.memory, '1Gi')
    assert.ok('invoker-iam-check' in flags)
    assert.deepEqual(
      cloud.state.jobs['guests-verify'].flags['set-env-vars'],
      'REPLICA_URL=gs://my-data/a/b',
    )
  })
})

describe('a second deployment', () => {
  it('creates nothing, and deploys a new revision and the job with its image', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, yes)
    cloud.forget()
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.deepEqual(cloud.changes(), [
      'builds submit .',
      'run deploy visits',
      'run jobs deploy visits-verify',
    ])
    assert.equal(cloud.state.services['europe-west1/visits'].revision, 2)
    assert.match(cloud.state.jobs['visits-verify'].flags.image, /visits:latest@sha256:2$/)
  })

  it('mends what differs, and says so first', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, yes)
    const { buckets, schedules } = cloud.state
    buckets['gs://my-data'].public_access_prevention = 'inherited'
    schedules['europe-west1/visits-verify'].schedule = '* * * * *'
    const secrets = { ...cloud.state.secrets, 'visits-admin-token': { versions: [] } }
    cloud.set({ buckets, schedules, secrets })
    cloud.forget()
    const { said } = await cloud.run(deploy, yes)
    assert.match(said, /change {2}the bucket gs:\/\/my-data/)
    assert.deepEqual(cloud.changes(), [
      'secrets versions add visits-admin-token',
      'storage buckets update gs://my-data',
      'builds submit .',
      'run deploy visits',
      'run jobs deploy visits-verify',
      'scheduler jobs update http visits-verify',
    ])
    assert.equal(cloud.state.schedules['europe-west1/visits-verify'].schedule, '17 5 * * *')
  })

  it('gives a role again that only holds under a condition', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, yes)
    const { policies } = cloud.state
    policies['storage buckets gs://my-data'][0].condition = { expression: 'false' }
    policies['secrets visits-admin-token'][0].condition = { expression: 'false' }
    cloud.set({ policies })
    cloud.forget()
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.ok(cloud.changes().includes('storage buckets add-iam-policy-binding gs://my-data'))
    assert.ok(cloud.changes().includes('secrets add-iam-policy-binding visits-admin-token'))
  })

  it('is refused in a region that Cloud Run does not have, before anything is made', async () => {
    const cloud = new Cloud({ apis })
    const elsewhere = ['--project', 'my-project', '--region', 'europe-west11', '--yes']
    const { error } = await cloud.run(deploy, [...elsewhere, '--bucket', 'my-data'])
    assert.match(
      error.message,
      /europe-west11 is no region of Cloud Run: choose another for --region/,
    )
    assert.deepEqual(cloud.changes(), [])
  })

  it('refuses to move a service away from its data', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, yes)
    cloud.forget()
    const { error } = await cloud.run(deploy, [...yes, '--path', 'elsewhere'])
    assert.match(error.message, /keeps its data in gs:\/\/my-data\/visits/)
    assert.deepEqual(cloud.changes(), [])
  })
})

describe('the admin token', () => {
  it('is nowhere but on the stdin of the one command that stores it', async () => {
    const cloud = new Cloud()
    const { status, stdout, stderr } = await cloud.streamkeeper('deploy', ...yes)
    assert.equal(status, 0, stderr)
    const [token] = cloud.state.secrets['visits-admin-token'].versions
    assert.match(token, /^[\w-]{43}$/)
    assert.equal(Buffer.from(token, 'base64url').length, 32)
    assert.ok(!`${stdout}${stderr}`.includes(token))
    assert.ok(!JSON.stringify(cloud.calls().map(({ argv }) => argv)).includes(token))
    const readers = cloud.calls().filter(({ stdin }) => stdin?.includes(token))
    assert.deepEqual(
      readers.map(({ argv }) => argv.slice(0, 2)),
      [['secrets', 'create']],
    )
  })

  it('is not shown when it can not be stored', async () => {
    const cloud = new Cloud({
      failures: [{ match: 'secrets create', message: 'PERMISSION_DENIED' }],
    })
    const { error, said } = await cloud.run(deploy, yes)
    assert.match(error.message, /gcloud secrets create visits-admin-token failed/)
    assert.ok(!`${error.message}${said}`.includes('token-of-the-test'))
  })
})

describe('the key of server actions', () => {
  it('is made once, as Next reads it, and given to each build and each service', async () => {
    const cloud = new Cloud()
    const options = [...yes, '--readers', 'us-east1']
    const newToken = (encoding) => randomBytes(32).toString(encoding)
    await cloud.run(deploy, options, { newToken })
    const { versions } = cloud.state.secrets['visits-action-key']
    assert.match(versions[0], /^[A-Za-z0-9+/]{43}=$/)
    await cloud.run(deploy, options, { newToken })
    assert.deepEqual(cloud.state.secrets['visits-action-key'].versions, versions)
    const { services } = cloud.state
    for (const { flags } of Object.values(services)) {
      assert.match(flags['set-secrets'], /NEXT_SERVER_ACTIONS_ENCRYPTION_KEY=visits-action-key:1/)
    }
    const builds = cloud.calls().filter(({ argv }) => argv[0] === 'builds')
    assert.equal(builds.length, 2)
    for (const { argv } of builds) assert.match(argv.join(' '), /,_KEY_VERSION=1$/)
  })
})

describe('the plan', () => {
  it('is shown before the question, and a no changes nothing', async () => {
    const cloud = new Cloud({ apis })
    const asked = []
    const { error, said } = await cloud.run(deploy, where, {
      ask: async (question) => {
        asked.push(question)
        return 'n'
      },
    })
    assert.deepEqual(asked, ['Go on? [y/N] '])
    assert.match(said, /keep {4}access to the APIs run/)
    assert.match(said, /create {2}the bucket gs:\/\/my-data in europe-west1/)
    assert.equal(error.message, 'Nothing was done.')
    assert.deepEqual(cloud.changes(), [])
  })

  it('is carried out after a yes', async () => {
    const cloud = new Cloud()
    const { error } = await cloud.run(deploy, where, { ask: async () => 'y' })
    assert.equal(error, null)
  })

  it('is refused where nobody can be asked', async () => {
    const cloud = new Cloud()
    const { status, stderr } = await cloud.streamkeeper('deploy', ...where)
    assert.equal(status, 1)
    assert.match(stderr, /Nobody can be asked.*Give --yes/)
    assert.deepEqual(cloud.changes(), [])
  })
})

describe('the result as JSON', () => {
  it('is all that is on stdout', async () => {
    const cloud = new Cloud()
    const { stdout } = await cloud.streamkeeper('deploy', ...yes, '--json')
    const { done, ...outcome } = JSON.parse(stdout)
    assert.deepEqual(outcome, {
      url: 'https://visits-europe-west1.run.app',
      revision: 'visits-00001-abc',
      percent: 100,
    })
    assert.equal(done.length, 20)
  })

  it('tells of a failure what was done before it', async () => {
    const cloud = new Cloud({ failures: [{ match: 'run deploy', message: 'PERMISSION_DENIED' }] })
    const { status, stdout } = await cloud.streamkeeper('deploy', ...yes, '--json')
    const { error, done } = JSON.parse(stdout)
    assert.equal(status, 1)
    assert.match(error, /gcloud run deploy visits failed/)
    assert.ok(done.includes('the secret visits-admin-token'))
  })
})

function granted(policies) {
  return Object.entries(policies)
    .flatMap(([thing, bindings]) =>
      bindings.flatMap(({ role, members }) =>
        members.map((member) => `${thing}: ${member.replace(/^.*:|@.*$/g, '')} ${role}`),
      ),
    )
    .sort(byOrder)
}

// The policies are grouped by thing, the roles are given in this order.
const order = ['build', 'server roles/storage', 'server roles/secret', 'verify roles', 'schedule']
function byOrder(one, other) {
  const place = (text) => order.findIndex((part) => text.includes(part))
  return place(one) - place(other)
}

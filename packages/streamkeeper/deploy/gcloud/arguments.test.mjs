import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WrongArguments } from '../../src/cli/lib/failure.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { readArguments } from './arguments.mjs'
import { deploy } from './deploy.mjs'
import { formats } from './formats.mjs'
import { logs } from './logs.mjs'
import { teardown } from './teardown.mjs'

describe('a value', () => {
  const good = {
    project: ['my-project', 'a12345', `p${'a'.repeat(29)}`],
    region: ['europe-west1', 'northamerica-northeast2'],
    bucket: ['abc', 'my_data-1', 'data.example.com'],
    service: ['visits', 'a', `a${'b'.repeat(20)}`],
    path: ['visits', 'a/b.c/d_e', '..a'],
    memory: ['512Mi', '1Gi', '4Gi'],
    readers: ['us-east1', 'europe-west1,us-east1'],
    maxReaders: ['1', '1000'],
    print: ['yaml'],
    maxInstances: ['1', '1000'],
    databaseUrlSecret: ['visits_url', 'URL-1'],
    cloudSql: ['my-project:europe-west1:visits', 'example.com:my-project:us-east1:a1'],
    subnet: ['default', 'a-1'],
    publicUrl: ['https://visits.example', 'https://a.example/,http://b.example:8080'],
    trustedProxies: ['1', '2', '10'],
    env: ['A=1', 'DELETE_HIDDEN_AFTER_DAYS=30,B_2=a=b c', 'A=postgres://u@h/d?x=1&y=2'],
    rollback: ['', 'visits-00012-abc', 'a'],
    preview: ['next', 'a', `a${'b'.repeat(24)}`],
    removePreview: ['next'],
    since: ['30m', '12h', '7d', '90s', '2026-11-25T10:00:00Z', '2026-11-25T10:00:00.5+01:00'],
    limit: ['1', '9999'],
    of: ['service', 'readers', 'verify'],
    concurrency: ['1', '80', '1000'],
    min: ['0', '1', '1000'],
    minReaders: ['0', '1', '1000'],
    disk: ['10Gi', '100Gi'],
    scheduleRegion: ['europe-west1'],
    buildRegion: ['europe-west1'],
    image: [
      'europe-west1-docker.pkg.dev/my-project/visits/visits:1',
      `a.b/c@sha256:${'0'.repeat(64)}`,
    ],
  }
  const bad = {
    project: ['', 'short', 'My-project', '1project', 'ends-with-', `p${'a'.repeat(30)}`, '$(id)x'],
    region: ['europe', 'EUROPE-WEST1', 'us-east1-b', 'us-east1;id'],
    bucket: [
      'ab',
      'Data',
      '-data',
      'data-',
      'goog-data',
      'my-google',
      'g00gle-x',
      '10.0.0.1',
      'a..b',
    ],
    service: ['', 'Visits', '1visits', 'visits-', `a${'b'.repeat(21)}`, 'a b', 'a,b=c'],
    path: ['', '/a', 'a/', 'a//b', '.', 'a/../b', 'a b', 'a,B=c', 'a$(id)', 'a\nb'],
    memory: ['512', '256Mi', '5Gi', '1gi', '-1Gi', '0Mi'],
    readers: ['', 'us-east1,', 'us-east1 europe-west1', 'us-east1,us-east1', 'us-east1,b'],
    print: ['', 'json', 'YAML'],
    maxReaders: ['', '0', '1001', '-1', '1.5', 'many'],
    maxInstances: ['', '0', '1001', '-1', '1.5', 'many'],
    databaseUrlSecret: ['', 'a b', 'a:latest', 'postgres://a', 'a,b=c'],
    cloudSql: ['visits', 'my-project:visits', 'my-project:europe:visits', 'a:us-east1:b,c'],
    subnet: ['', 'A', '1a', 'a_b', 'a b'],
    publicUrl: [
      ...['', 'visits.example', 'https://visits.example/app', 'https://a.example,', 'https://*.a'],
      ...['https://a.example https://b.example', 'https://a.example;id', 'https://a.example,B=c'],
    ],
    trustedProxies: ['', '0', '11', '-1', '1.5', 'all'],
    env: ['', 'A', 'A=', 'a=1', '1A=1', 'A=1,2', 'A=1,', 'A=1\nB', 'B=1,REPLICA_URL=gs://a/b'],
    rollback: ['Visits', '1', 'a b', 'a=100', 'LATEST', 'a,b'],
    preview: ['', 'Next', '1', 'a-', 'a b', 'a,b', `a${'b'.repeat(25)}`],
    removePreview: ['', 'a,b'],
    since: ['', '30', '0m', '1w', 'yesterday', '2026-13-01T00:00:00Z', '1h" OR true'],
    limit: ['', '0', '10000', '-1', 'all'],
    of: ['', 'writer', 'service,verify'],
    concurrency: ['', '0', '1001', '-1', '1.5', 'default'],
    min: ['', '00', '1001', '-1', '1.5', 'default'],
    minReaders: ['', '00', '1001', '-1', '1.5', 'default'],
    disk: ['', '10', '9Gi', '512Mi', '10gi'],
    scheduleRegion: ['', 'europe', 'us-east1-b'],
    buildRegion: ['', 'europe', 'global', 'us-east1;id'],
    image: [
      ...['', 'visits', 'A.b/c', 'a.b/c:', 'a.b/c d', 'a.b/c,--x'],
      ...['a.io/b:1 --no-cpu', 'https://a.io/b', 'a.io/b@sha256:1'],
    ],
  }
  for (const [name, { fits }] of Object.entries(formats)) {
    it(`of --${name} fits as Google wants it`, () => {
      assert.deepEqual([name, good[name].filter((text) => !fits(text))], [name, []])
      assert.deepEqual([name, bad[name].filter(fits)], [name, []])
    })
  }
})

describe('options that are given together', () => {
  const known = {
    texts: ['project'],
    optional: ['bucket', 'readers'],
    switches: [],
    contradictions: ({ readers }) => (readers ? ['no readers'] : []),
  }

  it('are a list where one is given twice', () => {
    const { readers } = readArguments(
      ['--project', 'my-project', '--readers', 'us-east1', '--readers', 'us-east4'],
      { ...known, contradictions: undefined },
    )
    assert.equal(readers, 'us-east1,us-east4')
  })

  it('are refused where one is given twice and is no list', () => {
    const twice = ['--project', 'my-project', '--project', 'other-project']
    assert.throws(() => readArguments(twice, known), /"my-project,other-project" is not/)
  })

  it('are told of along with those that are missing', () => {
    assert.throws(
      () => readArguments(['--readers', 'us-east1'], known),
      ({ message }) => /--project is missing.*\nno readers/.test(message),
    )
  })

  it('are looked at before a default is taken for one', () => {
    const contradictions = (given) => ('service' in given ? ['given'] : [])
    const known = { texts: ['service'], switches: [], contradictions }
    assert.equal(readArguments([], known, { service: 'notes' }).service, 'notes')
  })
})

describe('a rollback', () => {
  it('has a name or none, and stands before or after other options', async () => {
    const where = ['--project', 'my-project', '--region', 'europe-west1']
    for (const args of [
      ['--rollback', ...where],
      [...where, '--rollback'],
      [...where, '--rollback', 'visits-1'],
      [...where, '--rollback=visits-1'],
    ]) {
      const { error } = await new Cloud().run(deploy, args)
      assert.match(error.message, /There is no service visits in europe-west1/, args.join(' '))
    }
  })

  it('is no deployment at the same time, and no way forward', async () => {
    for (const other of ['--roll-forward', '--to-latest', '--preview=a', '--remove-preview=a']) {
      const { error } = await new Cloud().run(deploy, ['--rollback', other])
      assert.match(error.message, /contradict each other: do one after the other/)
    }
  })
})

describe('wrong arguments', () => {
  const known = { texts: ['project', 'service'], switches: ['dryRun'] }

  it('are all told at once', () => {
    assert.throws(
      () => readArguments(['--service', 'A'], known),
      (error) =>
        error instanceof WrongArguments &&
        /--project is missing.*\n--service "A" is not/.test(error.message),
    )
  })

  it('are no hindrance to asking for help', async () => {
    for (const command of [deploy, logs, teardown]) {
      const { printed, error } = await new Cloud().run(command, ['--nope', '--help'])
      assert.equal(error, null)
      assert.match(printed, / streamkeeper (deploy|logs|teardown) --project/)
    }
  })

  it('are found before anything is run', async () => {
    for (const args of [[], ['--projekt', 'x'], ['stray'], ['--project']]) {
      const cloud = new Cloud()
      const { error } = await cloud.run(deploy, args)
      assert.ok(error instanceof WrongArguments, args.join(' '))
      assert.deepEqual(cloud.calls(), [])
    }
  })

  it('end the command with 2', async () => {
    const cloud = new Cloud()
    const { status, stderr } = await cloud.streamkeeper('deploy', '--projekt', 'x')
    assert.equal(status, 2, stderr)
    assert.match(stderr, /See --help/)
    assert.deepEqual(cloud.calls(), [])
  })
})

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../../bin/lib/project.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { readArguments, WrongArguments } from './arguments.mjs'
import { formats } from './formats.mjs'

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
    maxInstances: ['1', '1000'],
    databaseUrlSecret: ['visits_url', 'URL-1'],
    cloudSql: ['my-project:europe-west1:visits', 'example.com:my-project:us-east1:a1'],
    subnet: ['default', 'a-1'],
    publicUrl: ['https://visits.example', 'https://a.example/,http://b.example:8080'],
    trustedProxies: ['1', '2', '10'],
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
    switches: ['help'],
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
    const { service } = readArguments([], { texts: ['service'], switches: [], contradictions })
    assert.equal(service, 'visits')
  })
})

describe('wrong arguments', () => {
  const known = { texts: ['project', 'service'], switches: ['dryRun', 'help'] }

  it('are all told at once', () => {
    assert.throws(
      () => readArguments(['--service', 'A'], known),
      (error) =>
        error instanceof WrongArguments &&
        /--project is missing.*\n--service "A" is not/.test(error.message),
    )
  })

  it('are no hindrance to asking for help', () => {
    assert.equal(readArguments(['--help'], known).help, true)
  })

  it('end the command with 2 before anything is run', () => {
    for (const args of [[], ['--projekt', 'x'], ['stray'], ['--project']]) {
      const cloud = new Cloud()
      const bin = join(root, 'bin', 'deploy.mjs')
      const { status, stderr } = cloud.process(process.execPath, [bin, ...args])
      assert.equal(status, 2, stderr)
      assert.match(stderr, /See --help/)
      assert.deepEqual(cloud.calls(), [])
    }
  })
})

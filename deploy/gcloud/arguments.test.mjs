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
  }
  for (const [name, { fits }] of Object.entries(formats)) {
    it(`of --${name} fits as Google wants it`, () => {
      assert.deepEqual([name, good[name].filter((text) => !fits(text))], [name, []])
      assert.deepEqual([name, bad[name].filter(fits)], [name, []])
    })
  }
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

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { WrongArguments } from './failure.mjs'
import { root } from './project.mjs'
import { readArguments } from './start-arguments.mjs'

function start(...args) {
  const env = { ...process.env, PORT: 'none' }
  return spawnSync(
    process.execPath,
    [join(root, 'packages/streamkeeper/src/cli/start.mjs'), ...args],
    {
      env,
      encoding: 'utf8',
    },
  )
}

describe('the arguments of the start', () => {
  it('are none, or --dev', () => {
    assert.deepEqual(readArguments([]), { dev: false })
    assert.deepEqual(readArguments(['--dev']), { dev: true })
  })

  it('are refused when they make no sense', () => {
    for (const args of [['--port', '3000'], ['3000'], ['--dev=yes']]) {
      assert.throws(() => readArguments(args), WrongArguments, args.join(' '))
    }
  })

  it('have a help, before anything is built or looked at', () => {
    const { status, stdout, stderr } = start('--help')
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /npm start/)
  })

  it('are refused before anything is built or looked at', () => {
    const { status, stdout, stderr } = start('--prot', '3000')
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, /--prot.+--help says what there is/)
  })
})

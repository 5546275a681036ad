import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readArguments } from './lib/arguments.mjs'
import { WrongArguments } from './lib/failure.mjs'

function start(...args) {
  const env = { ...process.env, PORT: 'none' }
  const file = join(import.meta.dirname, 'streamkeeper.mjs')
  return spawnSync(process.execPath, [file, 'start', ...args], { env, encoding: 'utf8' })
}

describe('the arguments of the start', () => {
  it('are none', () => {
    assert.deepEqual({ ...readArguments([]) }, {})
  })

  it('are refused when they make no sense', () => {
    for (const args of [['--port', '3000'], ['3000'], ['--dev']]) {
      assert.throws(() => readArguments(args), WrongArguments, args.join(' '))
    }
  })

  it('have a help, before anything is built or looked at', () => {
    const { status, stdout, stderr } = start('--help')
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /streamkeeper start/)
  })

  it('are refused before anything is built or looked at', () => {
    const { status, stdout, stderr } = start('--prot', '3000')
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(stderr, /--prot.+--help says what there is/)
  })
})

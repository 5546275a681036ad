import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'

function run(name, args = [], env = {}) {
  const file = join(import.meta.dirname, 'streamkeeper.mjs')
  const options = { encoding: 'utf8', env: { ...process.env, ...env } }
  return spawnSync(process.execPath, [file, ...(name ? [name] : []), ...args], options)
}

describe('--json', () => {
  it('has every command print one document, also where the arguments are wrong', () => {
    for (const [name, ...args] of [
      ['history', '--nope'],
      ['verify', 'more'],
      ['restore'],
      ['seed'],
      ['lease', 'sow'],
      ['move'],
      ['move', '--from', 'postgres://u:secret@h/d', '--to', 'nothing'],
    ]) {
      const { status, stdout } = run(name, [...args, '--json'])
      const { ok, problem } = JSON.parse(stdout)
      assert.deepEqual([status, ok, problem.code], [2, false, 'wrong-arguments'], name)
      assert.doesNotMatch(stdout, /secret/)
    }
    for (const name of ['history', 'verify', 'move']) {
      const { status, stdout } = run(name, ['--json'], { REPLICA_URL: 'ftp://b' })
      assert.equal(status, 2)
      assert.match(JSON.parse(stdout).problem.message, /^(REPLICA_URL|One of)/)
    }
  })
})

describe('streamkeeper', () => {
  it('says what there is', () => {
    for (const args of [[], ['--help'], ['help']]) {
      const { status, stdout } = run(...args)
      assert.equal(status, 0)
      for (const name of ['init', 'build', 'start', 'teardown'])
        assert.match(stdout, new RegExp(`^  streamkeeper ${name} `, 'm'))
    }
  })

  it('says what was probably meant', () => {
    for (const [typed, meant] of [
      ['strat', 'start'],
      ['int', 'init'],
      ['verfy', 'verify'],
      ['tear-down', 'teardown'],
    ]) {
      const { status, stderr } = run(typed)
      assert.equal(status, 2)
      assert.equal(
        stderr,
        `There is no command ${typed}. Did you mean ${meant}? --help says what there is.\n`,
      )
    }
  })

  it('does not guess where nothing is like it', () => {
    assert.match(run('frobnicate').stderr, /^There is no command frobnicate\. --help/)
    assert.match(run('x').stderr, /^There is no command x\. --help/)
  })

  it('has a help for each command', () => {
    const names = [...run('help').stdout.matchAll(/^ {2}streamkeeper (\S+)/gm)].map(
      ([, name]) => name,
    )
    assert.equal(names.length, 14)
    for (const name of names) {
      const { status, stdout } = run(name, ['--help'])
      assert.equal(status, 0, name)
      assert.match(stdout, new RegExp(`(streamkeeper|npm run) ${name}\\b`), name)
    }
  })
})

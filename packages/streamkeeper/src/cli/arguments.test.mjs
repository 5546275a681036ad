import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from './lib/project.mjs'

function run(name, args, env = {}) {
  const file = join(root, 'packages/streamkeeper/src/cli', `${name}.mjs`)
  const options = { encoding: 'utf8', env: { ...process.env, ...env } }
  return spawnSync(process.execPath, [file, ...args], options)
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

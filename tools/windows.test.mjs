import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from './lib/project.mjs'

const onWindows = `Object.defineProperty(process, 'platform', { value: 'win32' })`
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
// What `npm run build` does in the container is no command for people.
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file] = /^node (tools\/\S+)/.exec(script) ?? []
  return file && name !== 'build' ? [[name, file]] : []
})

describe('On Windows', () => {
  for (const [name, file] of commands) {
    it(`npm run ${name} says in one line where it runs`, () => {
      const preload = `data:text/javascript,${encodeURIComponent(onWindows)}`
      const args = ['--import', preload, join(root, file), '--help']
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      const line = 'This runs on Linux, macOS or WSL.\n'
      assert.deepEqual({ status, stdout, stderr }, { status: 1, stdout: '', stderr: line })
    })
  }
})

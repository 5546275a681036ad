import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deal } from './in-processes.mjs'

const plain = (count) =>
  Array.from({ length: count }, (_, at) => ({
    path: `${at}.test.ts`,
    text: "it('adds', () => {})",
  }))

describe('Test files', () => {
  it('are all run, each once, in few processes', () => {
    const files = plain(100)
    const { alone, together } = deal(files)
    assert.deepEqual(alone, [])
    assert.ok(together.length < 20)
    assert.deepEqual(together.flat().sort(), files.map(({ path }) => path).sort())
  })

  for (const text of [
    "process.env.BUCKET = 'b'",
    "process.on('SIGTERM', end)",
    'globalThis.fetch = refuse',
    "test.mock.timers.enable({ apis: ['Date'] })",
    'import x\nbefore(start)',
    'const postgres = withPostgres()',
  ]) {
    it(`run alone where they change what a process has once: ${text.split('\n').at(-1)}`, () => {
      const { alone, together } = deal([...plain(2), { path: 'own.test.ts', text }])
      assert.deepEqual(alone, ['own.test.ts'])
      assert.deepEqual(together.flat(), ['0.test.ts', '1.test.ts'])
    })
  }

  it('may have hooks in a describe', () => {
    const text = "describe('x', () => {\n  before(start)\n})"
    assert.deepEqual(deal([{ path: 'a.test.ts', text }]).alone, [])
  })
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { reasonOf } from './log.ts'

const log = JSON.stringify(join(import.meta.dirname, 'log.ts'))

/** What a program logs that ends by itself. */
function linesOf(program: string): string[] {
  const args = ['--input-type=module', '-e', `import { log, logSoon } from ${log}\n${program}`]
  const lines = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n')
  return lines.map((line) => JSON.parse(line).message)
}

describe('What is logged at the end of a turn', () => {
  it('is written before what is logged later', () => {
    const program = "logSoon('INFO', 'one', {}); log('INFO', 'two'); logSoon('INFO', 'three', {})"
    assert.deepEqual(linesOf(program), ['one', 'two', 'three'])
  })

  it('is written where the process ends in that turn', () => {
    assert.deepEqual(linesOf("logSoon('INFO', 'last', {}); process.exit(0)"), ['last'])
  })
})

describe('What is told of an error', () => {
  it('is its message, or what was thrown instead', () => {
    assert.equal(reasonOf(new Error('broken', { cause: new Error('elsewhere') })), 'broken')
    assert.equal(reasonOf('broken'), 'broken')
  })

  it('is why a request failed', async () => {
    const failed = fetch('http://127.0.0.1:9')
    await assert.rejects(failed, (error) =>
      /^(connect ECONNREFUSED|bad port)/.test(reasonOf(error)),
    )
    // Of a host with several addresses.
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
    assert.equal(reasonOf(new TypeError('fetch failed', { cause: refused })), 'ECONNREFUSED')
    assert.equal(reasonOf(new TypeError('fetch failed', { cause: new Error() })), 'fetch failed')
  })
})

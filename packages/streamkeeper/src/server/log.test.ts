import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'

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

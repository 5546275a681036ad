import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'

/** What a process says that goes wrong like this, and that is told when it is to stop; and its exit code. */
function crash(how: string): { said: string; code: number | null } {
  const program = `
    import { stopOnCrash } from './stop-signal.ts'
    const stop = new AbortController()
    stopOnCrash(stop)
    // As Next does, which goes on then.
    for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => {})
    const serving = setInterval(() => {}, 1_000)
    stop.signal.addEventListener('abort', () => {
      console.log('ends in order:', stop.signal.reason?.message)
      clearInterval(serving)
      process.exitCode = 1
    })
    ${how}`
  const args = ['--input-type=module-typescript', '--eval', program]
  const options = { cwd: import.meta.dirname, encoding: 'utf8', timeout: 20_000 } as const
  const { stdout, status } = spawnSync(process.execPath, args, options)
  return { said: stdout, code: status }
}

describe('A process in which something goes wrong that nobody has caught', () => {
  for (const [what, how] of [
    ['an exception', 'setTimeout(() => { throw new Error("oh") })'],
    ['a rejection', 'setTimeout(() => Promise.reject(new Error("oh")))'],
  ] as const) {
    it(`ends in order: ${what}`, () => {
      const { said, code } = crash(how)
      assert.match(said, /"severity":"CRITICAL".*oh/)
      assert.match(said, /ends in order: oh/)
      assert.equal(code, 1)
    })
  }

  it('goes on where somebody looks at a rejection only later', () => {
    const { said, code } = crash(`
      const late = Promise.reject(new Error('oh'))
      setTimeout(() => late.catch(() => console.log('looked')), 50)
      setTimeout(() => clearInterval(serving), 1_500)`)
    assert.match(said, /looked/)
    assert.doesNotMatch(said, /ends in order/)
    assert.equal(code, 0)
  })
})

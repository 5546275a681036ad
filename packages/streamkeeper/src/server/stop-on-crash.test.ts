import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { unkeptCode } from './stop-signal.ts'

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

  it('goes on where Next can not keep what it could make again, and says so once', () => {
    const path = join(import.meta.dirname, '.next/cache/a')
    const { said, code } = crash(`
      for (let times = 0; times < 2; times++)
        Promise.reject(Object.assign(new Error('oh'), ${JSON.stringify({ code: 'EROFS', path })}))
      setTimeout(() => clearInterval(serving), 1_500)`)
    assert.deepEqual(said.match(/"severity":"ERROR".*EROFS/g)?.length, 1)
    assert.doesNotMatch(said, /ends in order/)
    assert.equal(code, 0)
  })

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

describe('What Next could not keep', () => {
  const why = (code: string, path: string) =>
    unkeptCode(Object.assign(new Error('oh'), { code, path }), '/app/.next/')

  it('is what it keeps beside the app, where that is read-only, closed or full', () => {
    for (const code of ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT']) {
      assert.equal(why(code, '/app/.next/cache/images/a'), code)
    }
  })

  it('is nothing else that has failed', () => {
    assert.equal(why('ENOSPC', '/data/app.db'), null)
    assert.equal(why('EROFS', '/app/.next-data/app.db'), null)
    assert.equal(why('ENOENT', '/app/.next/server/app.js'), null)
    for (const error of [new Error('EROFS'), 'EROFS', null]) {
      assert.equal(unkeptCode(error, '/app/.next/'), null)
    }
  })
})

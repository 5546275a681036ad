import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { must, run } from './run.mjs'

describe('a command', () => {
  it('gives its output in the order of its arrival, and stdout by itself', async () => {
    const { ok, stdout, output } = await sh('echo one; sleep 0.1; echo two >&2; sleep 0.1; echo 3')
    assert.deepEqual([ok, stdout, output], [true, 'one\n3', 'one\ntwo\n3'])
  })

  it('is ended with what it started when its time is up', async () => {
    const child = '(trap "echo told; exit" TERM; sleep 60 & wait) & wait'
    const { ok, output } = await sh(child, { deadlineMs: 300 })
    assert.equal(ok, false)
    assert.match(output, /took more than 0.3 s/)
    assert.match(output, /told/)
  })

  it('does not keep us waiting for a daemon that it left behind', { timeout: 10_000 }, async () => {
    const { stdout } = await sh('setsid sleep 20 & echo $!')
    process.kill(Number(stdout))
  })

  it('reads what it is given', async () => {
    const { stdout } = await sh('cat', { input: 'a token' })
    assert.equal(stdout, 'a token')
  })

  it('is ended with what it started by a signal, also by one that came before', async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'run-'))
    test.after(() => rmSync(folder, { recursive: true }))
    const begun = join(folder, 'begun')
    const stop = new AbortController()
    const script = '(trap "echo told; exit" TERM; touch "$1"; sleep 60 & wait) & wait'
    const options = { signal: stop.signal, deadlineMs: 30_000 }
    const ended = run('sh', ['-c', script, 'sh', begun], options)
    while (!existsSync(begun)) await setTimeout(10)
    stop.abort()
    const { ok, output } = await ended
    assert.deepEqual([ok, output], [false, 'told'])
    assert.equal((await sh('sleep 60', { signal: stop.signal })).ok, false)
  })

  it('that is not there is a result like any other', async () => {
    const { ok, output } = await run('no-such-command', [])
    assert.deepEqual([ok, output], [false, 'no-such-command: not found'])
  })

  it('that has to succeed says why it did not', async () => {
    await assert.rejects(must('sh', ['-c', 'echo broken >&2; exit 3']), /broken/)
  })
})

function sh(script, options) {
  return run('sh', ['-c', script], options)
}

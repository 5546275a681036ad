import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type ProblemCode, ReplicationProblem } from '../stores/problem.ts'
import { Lifecycle } from './lifecycle.ts'
import { refuseUnfit, Steps } from './steps.ts'

/** The messages that are logged from here on. */
function logOf(test: TestContext): string[] {
  const lines: string[] = []
  test.mock.method(process.stdout, 'write', (line: string) => {
    lines.push(line)
    return true
  })
  return lines
}

describe('A step of the start that is tried again', () => {
  it('logs each reason once, with what it does about it', async (test) => {
    const lines = logOf(test)
    const reasons: ProblemCode[] = [
      ...Array<ProblemCode>(3).fill('bucket-unreachable'),
      ...Array<ProblemCode>(3).fill('replica-damaged'),
    ]
    const lifecycle = new Lifecycle()
    const steps = new Steps(lifecycle, new AbortController().signal, async () => {})
    await steps.untilDone('restore', async () => {
      const code = reasons.shift()
      if (code) throw new ReplicationProblem(code, 'gs://b/p', `try ${reasons.length}`)
    })
    const errors = lines.map((line) => JSON.parse(line)).filter((line) => line.severity === 'ERROR')
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['bucket-unreachable', 'replica-damaged'],
    )
    assert.match(errors[0].message, /The bucket does not answer.+This server goes on trying\.$/)
  })

  it('ends at an error that will not pass', async (test) => {
    logOf(test)
    const steps = new Steps(new Lifecycle(), new AbortController().signal, async () => {})
    const run = () => Promise.reject(new TypeError('a mistake'))
    await assert.rejects(steps.untilDone('restore', run), TypeError)
  })

  it('pauses for longer each time, and ends in a pause when the process is to stop', async (test) => {
    logOf(test)
    const stop = new AbortController()
    const pauses: number[] = []
    const pause = async (ms: number) => {
      if (pauses.push(ms) === 5) stop.abort(new Error('stopped'))
    }
    const steps = new Steps(new Lifecycle(), stop.signal, pause)
    const problem = new ReplicationProblem('bucket-unreachable', 'gs://b/p', 'no')
    const trying = steps.untilDone('restore', () => Promise.reject(problem))
    await assert.rejects(trying, /stopped/)
    assert.deepEqual(pauses, [500, 1_000, 2_000, 2_000, 2_000])
  })

  it('does not wait for its next attempt when the process is to stop', async (test) => {
    logOf(test)
    const stop = new AbortController()
    const trying = new Steps(new Lifecycle(), stop.signal).untilDone('restore', async () => {
      setImmediate(() => stop.abort())
      throw new ReplicationProblem('bucket-unreachable', 'gs://b/p', 'no')
    })
    await assert.rejects(trying, { name: 'AbortError' })
  })
})

describe('A bucket at the start', () => {
  const failing = (code: ProblemCode) => ({
    proveConditions: () => Promise.reject(new ReplicationProblem(code, 's3://b/p', 'no')),
  })

  it('is refused where its writes are not conditional', async () => {
    const unfit = { code: 'no-conditional-writes' }
    await assert.rejects(refuseUnfit(failing('no-conditional-writes')), unfit)
  })

  it('is read all the same where it takes no writes, or does not answer now', async () => {
    await refuseUnfit(failing('permission-denied'))
    await refuseUnfit(failing('bucket-unreachable'))
  })
})

import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type ProblemCode, ReplicationProblem } from '../litestream/problem.ts'
import { Lifecycle } from './lifecycle.ts'
import { Steps } from './steps.ts'

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
})

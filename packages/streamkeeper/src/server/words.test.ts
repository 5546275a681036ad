import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ReplicationProblem } from '../stores/problem.ts'
import { problemOf } from './lifecycle.ts'
import { refusalWords, unavailableWords } from './words.ts'

const codes = [
  'bucket-unreachable',
  'bucket-missing',
  'permission-denied',
  'replica-missing',
] as const

describe('What visitors are told of a problem', () => {
  for (const code of codes) {
    it(`has no word for operators: ${code}`, () => {
      const problem = problemOf(new ReplicationProblem(code, 'gs://bucket', 'epoch 3'))
      const { title, detail } = unavailableWords(problem, false)
      assert.doesNotMatch(title + detail, /[A-Z]+_[A-Z]+|npm|gcloud|roles\/|epoch|lease|gs:/)
    })
  }

  it('says that the server is starting only where it is', () => {
    const problem = { code: 'bucket-unreachable', message: '' }
    assert.match(unavailableWords(problem, true).title, /is starting/)
    assert.doesNotMatch(unavailableWords(problem, false).title, /starting/)
  })

  it('says for whom a problem is that it has no words for', () => {
    assert.match(unavailableWords({ code: 'failed', message: '' }, false).detail, /Whoever runs/)
  })
})

describe('What visitors are told of a refusal', () => {
  it('names no method of the protocol', () => {
    const words = refusalWords({ type: 'wrong-method', title: 'No.', detail: 'Send one of GET.' })
    assert.deepEqual(words, { title: 'No.', detail: 'Nothing was changed.' })
  })

  it('is what was said where that is for them', () => {
    const said = { title: 'There were too many.', detail: 'Come back in 3 seconds.' }
    assert.deepEqual(refusalWords({ type: 'too-many', ...said }), said)
  })
})

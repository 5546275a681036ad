import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Outcome, outcomeOf, outcomeOfNone } from './form-answer.ts'

function failure(outcome: Outcome) {
  assert.ok(outcome.state !== 'done')
  return outcome
}

describe('The script of a page', () => {
  it('takes an answer for a success only if the app itself has given it', () => {
    const told = { to: '/', id: 1 }
    assert.deepEqual(outcomeOf(200, told, null), { state: 'done', told })
    assert.equal(failure(outcomeOf(200, { ok: true }, null)).state, 'unclear')
    // A proxy that asks people to sign in somewhere, say.
    assert.equal(failure(outcomeOf(200, null, null)).state, 'unclear')
  })

  it("says what the server says, where it's the server", () => {
    const problem = { type: 'urn:visits:problem:starting', title: 'One.', detail: 'Two.' }
    const { state, words, retryAfter } = failure(outcomeOf(503, problem, '5'))
    assert.deepEqual([state, words, retryAfter], ['failed', 'One. Two.', 5])
  })

  for (const type of ['not-durable', 'unclear', 'writer-away']) {
    it(`says that nobody knows, where nobody does: ${type}`, () => {
      const problem = { type: `urn:visits:problem:${type}`, title: 'One.', detail: 'Two.' }
      assert.equal(failure(outcomeOf(503, problem, '5')).state, 'unclear')
    })
  }

  for (const [status, words] of [
    [404, /another release/],
    [405, /another release/],
    [413, /too long/],
    [429, /too many requests/],
    [418, /refused \(418\)/],
    [502, /may have arrived, or not/],
    [504, /may have arrived, or not/],
  ] as const) {
    it(`has words of its own where something else answers: ${status}`, () => {
      const said = failure(outcomeOf(status, null, null))
      assert.match(said.words, words)
      assert.equal(said.state, status < 500 ? 'failed' : 'unclear')
    })
  }

  it('waits as long as it is told to, and only where asking again may help', () => {
    const after = (status: number, retryAfter: string | null) =>
      failure(outcomeOf(status, null, retryAfter)).retryAfter
    assert.equal(after(503, '5'), 5)
    assert.equal(after(429, '42'), 42)
    assert.equal(after(503, null), null)
    assert.equal(after(503, 'Wed, 21 Oct 2026 07:28:00 GMT'), null)
    assert.equal(after(403, '5'), null)
  })

  it('does not say that nothing arrived where no answer did', () => {
    const none = failure(outcomeOfNone(true))
    assert.equal(none.state, 'unclear')
    assert.match(none.words, /may have arrived, or not.*only once/)
    assert.match(failure(outcomeOfNone(false)).words, /You are offline/)
  })
})

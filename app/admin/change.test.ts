import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Changing, outcomeOfChange } from './change.ts'

function outcome(change: 'hide' | 'delete', changing: Changing, before: number | null = null) {
  const outcome = outcomeOfChange({ id: 7, change, before }, changing)
  return 'to' in outcome ? outcome.to : outcome.refused.type
}

describe('An admin', () => {
  it('is led back to the entry, or to where it was', () => {
    assert.equal(outcome('hide', 'changed'), '/admin#entry-7')
    assert.equal(outcome('hide', 'changed', 9), '/admin?before=9#entry-7')
    assert.equal(outcome('delete', 'changed', 9), '/admin?before=9')
  })

  it('is told of what is not kept', () => {
    assert.equal(outcome('hide', 'not-written'), 'not-written')
    assert.equal(outcome('delete', 'not-durable'), 'not-durable')
    assert.equal(outcome('hide', 'unclear'), 'unclear')
    assert.equal(outcome('hide', 'no-entry'), 'no-entry')
  })

  it('who sends a deletion again is told that the entry is deleted', () => {
    assert.equal(outcome('delete', 'no-entry'), '/admin')
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Ledger } from './ledger.ts'

describe('Ledger', () => {
  const ledger = new Ledger()
  for (const message of ['told', 'not told']) ledger.send(message)
  ledger.acknowledge('told', 1)
  const check = (...restored: [number, string][]) =>
    ledger.check(
      restored.map(([id, message]) => ({ id, message })),
      ledger.acknowledged,
    )

  it('takes what was sent and never acknowledged, there or not', () => {
    assert.deepEqual(check([1, 'told']), [])
    assert.deepEqual(check([1, 'told'], [2, 'not told']), [])
  })

  it('finds what was lost, doubled, changed, or sent by nobody', () => {
    assert.match(check([2, 'not told']).join(), /^lost: "told", acknowledged as entry 1$/)
    assert.match(
      check([1, 'told'], [2, 'not told'], [3, 'not told']).join(),
      /^doubled: "not told"/,
    )
    assert.match(check([2, 'told']).join(), /^changed: "told" was entry 1, is 2$/)
    assert.match(check([1, 'told'], [2, 'other']).join(), /^from nowhere: entry 2, "other"$/)
  })

  it('finds an entry that was acknowledged as two, and two as one', () => {
    const told = new Ledger()
    assert.deepEqual(told.acknowledge('one', 1), [])
    assert.deepEqual(told.acknowledge('one', 1), [])
    assert.match(told.acknowledge('two', 1).join(), /entry 1 was acknowledged for "one" and/)
    assert.match(told.acknowledge('one', 2).join(), /"one" was acknowledged as entry 1, and/)
  })

  it('checks against what was acknowledged before the restore, not since', () => {
    const growing = new Ledger()
    growing.send('early')
    growing.acknowledge('early', 1)
    const { acknowledged } = growing
    growing.send('late')
    growing.acknowledge('late', 2)
    assert.deepEqual(growing.check([{ id: 1, message: 'early' }], acknowledged), [])
    assert.equal(growing.count, 2)
  })

  it('tells what was acknowledged by the end of each epoch', () => {
    const growing = new Ledger()
    for (const message of ['early', 'late', 'unknown']) growing.send(message)
    growing.acknowledge('early', 1, 3)
    growing.acknowledge('early', 1, 4)
    growing.acknowledge('late', 2, 5)
    growing.acknowledge('unknown', 3)
    assert.deepEqual([...growing.acknowledgedUpTo(2).keys()], [])
    assert.deepEqual([...growing.acknowledgedUpTo(3).keys()], ['early'])
    assert.deepEqual([...growing.acknowledgedUpTo(5).keys()], ['early', 'late'])
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { holds, later, parsePosition, positionText } from './position.ts'

describe('A position', () => {
  it('is read as it is written', () => {
    const position = { epoch: 3, txid: 17 }
    assert.deepEqual(parsePosition(positionText(position)), position)
  })

  for (const text of [undefined, '', '3', '3-', '-17', '3-17x', '3-0x11', '3-1e9', '3-null']) {
    it(`is not read from ${text}`, () => assert.equal(parsePosition(text), null))
  }

  it('holds all that is in one before it in its epoch, and in every epoch before', () => {
    assert.ok(holds({ epoch: 3, txid: 17 }, { epoch: 3, txid: 17 }))
    assert.ok(holds({ epoch: 3, txid: 1 }, { epoch: 2, txid: 99 }))
    assert.ok(!holds({ epoch: 3, txid: 16 }, { epoch: 3, txid: 17 }))
    assert.ok(!holds({ epoch: 2, txid: 99 }, { epoch: 3, txid: 1 }))
  })

  it('never goes back where two answers come in another order than they were written', () => {
    const newer = { epoch: 3, txid: 2 }
    assert.equal(later(newer, { epoch: 2, txid: 9 }), newer)
    assert.equal(later(null, newer), newer)
  })
})

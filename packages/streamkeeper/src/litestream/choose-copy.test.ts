import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Choice, chooseCopy, type Expected, type Facts, isSetAside } from './choose-copy.ts'

const none: Expected = { replica: 'none' }
const unknown: Expected = { replica: 'unknown' }
const complete = (reachedTxid: number): Expected => ({ replica: 'complete', reachedTxid })

// The file, its transaction, the bucket's newest, and what the lease says; and what is done.
const table: [Facts['file'], number, number, Expected, Choice][] = [
  ['none', 0, 0, none, 'nothing-yet'],
  ['none', 0, 0, unknown, 'nothing-yet'],
  ['none', 0, 0, complete(0), 'missing'],
  ['none', 0, 0, complete(5), 'missing'],
  ['none', 0, 5, unknown, 'restore'],
  ['none', 0, 5, complete(0), 'restore'],
  ['none', 0, 5, complete(5), 'restore'],
  ['none', 0, 6, complete(5), 'restore'],
  ['none', 0, 4, complete(5), 'behind'],

  ['copy', 0, 0, none, 'use-file'],
  ['copy', 0, 0, unknown, 'use-file'],
  ['copy', 0, 0, complete(0), 'missing'],
  ['copy', 0, 0, complete(5), 'missing'],
  ['copy', 0, 5, unknown, 'restore'],
  ['copy', 0, 5, complete(5), 'restore'],
  ['copy', 0, 4, complete(5), 'behind'],

  ['other', 0, 0, none, 'use-file'],
  ['other', 0, 0, unknown, 'use-file'],
  ['other', 0, 0, complete(0), 'missing'],
  ['other', 0, 0, complete(5), 'missing'],
  ['other', 0, 5, unknown, 'restore'],
  ['other', 0, 5, complete(5), 'restore'],
  ['other', 0, 4, complete(5), 'behind'],

  ['own', 5, 0, none, 'use-file'],
  ['own', 5, 0, unknown, 'use-file'],
  ['own', 5, 0, complete(0), 'missing'],
  ['own', 5, 0, complete(5), 'use-file'],
  ['own', 4, 0, complete(5), 'missing'],
  ['own', 5, 5, complete(0), 'use-file'],
  ['own', 6, 5, complete(5), 'use-file'],
  ['own', 5, 4, complete(5), 'use-file'],
  ['own', 4, 5, complete(5), 'restore'],
  ['own', 3, 4, complete(5), 'behind'],
  ['own', 4, 5, unknown, 'restore'],
  ['own', 5, 5, unknown, 'use-file'],
]

describe('The newest copy, chosen', () => {
  for (const [file, fileTxid, newestTxid, expected, choice] of table) {
    const said = JSON.stringify(expected)
    it(`with file ${file} at ${fileTxid}, bucket at ${newestTxid}, lease ${said}: ${choice}`, () => {
      assert.equal(chooseCopy({ file, fileTxid, newestTxid, expected }), choice)
    })
  }

  it('is never nothing, nor older, where the lease says that there is more', () => {
    for (const file of ['none', 'copy', 'own', 'other'] as const) {
      for (const fileTxid of [0, 4, 5, 6]) {
        for (const newestTxid of [0, 4]) {
          const facts = { file, fileTxid, newestTxid, expected: complete(5) }
          const choice = chooseCopy(facts)
          const isAllThere = file === 'own' && fileTxid >= 5
          assert.equal(choice, isAllThere ? 'use-file' : newestTxid > 0 ? 'behind' : 'missing')
        }
      }
    }
  })
})

describe('A file that makes way', () => {
  it('is set aside where it may hold what no replica has', () => {
    const facts = { isLater: false, isCovered: false }
    assert.ok(isSetAside({ ...facts, file: 'own' }))
    assert.ok(isSetAside({ ...facts, file: 'other' }))
    assert.ok(isSetAside({ ...facts, file: 'copy', isLater: true }))
  })

  it('is not where a replica has all of it, or there is none', () => {
    for (const file of ['own', 'other', 'copy'] as const) {
      assert.ok(!isSetAside({ file, isLater: true, isCovered: true }))
    }
    assert.ok(!isSetAside({ file: 'copy', isLater: false, isCovered: false }))
    assert.ok(!isSetAside({ file: 'none', isLater: true, isCovered: false }))
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { LtxFile } from './ltx-files.ts'
import { file, histories, litestreamReads } from './plan-test-support.ts'
import { changesAfter, restorePlan } from './restore-plan.ts'

describe('The plan of a restore', () => {
  it('is the newest snapshot, and what reaches furthest after it', () => {
    const files = [
      ...[file(9, 1, 3), file(9, 1, 8), file(2, 1, 6), file(1, 7, 10), file(1, 11, 12)],
      ...[file(0, 11, 11), file(0, 12, 12), file(0, 13, 13), file(0, 14, 14)],
    ]
    assert.deepEqual(restorePlan(files), [
      ...[file(9, 1, 8), file(1, 7, 10), file(1, 11, 12), file(0, 13, 13), file(0, 14, 14)],
    ])
  })

  it('is what begins first of what reaches as far', () => {
    const files = [file(9, 1, 3), file(2, 3, 4), file(1, 2, 4), file(0, 4, 4)]
    assert.deepEqual(restorePlan(files), [file(9, 1, 3), file(1, 2, 4), file(0, 4, 4)])
  })

  it('has the level-0 file that ends at the newest transaction, where a restore needs none', () => {
    const files = [file(9, 1, 8), file(0, 7, 7), file(0, 8, 8)]
    assert.deepEqual(restorePlan(files), [file(9, 1, 8), file(0, 8, 8)])
  })

  it('is none where that file is not there', () => {
    assert.equal(restorePlan([file(9, 1, 8), file(0, 7, 7)]), null)
    assert.equal(restorePlan([file(0, 1, 1), file(0, 2, 2), file(1, 1, 3)]), null)
  })

  it('is none where there is nothing, no beginning, or a gap', () => {
    assert.equal(restorePlan([]), null)
    assert.equal(restorePlan([file(0, 2, 2), file(0, 3, 3)]), null)
    assert.equal(restorePlan([file(9, 1, 3), file(0, 5, 5)]), null)
    assert.equal(restorePlan([file(0, 1, 1), file(0, 2, 2), file(0, 4, 4)]), null)
  })

  it('is what Litestream reads, of all files and of those in the plan alone', () => {
    fc.assert(
      fc.property(histories, fc.func(fc.boolean()), (files, isLost) => {
        const left = files.filter(({ name }) => !isLost(name))
        const plan = restorePlan(left)
        if (!plan) return
        const read = litestreamReads(left)
        const [last] = left.filter(({ level }) => level === 0).toSorted(byEnd)
        assert.deepEqual(plan, [...new Set([...read, ...(last ? [last] : [])])])
        assert.deepEqual(litestreamReads(plan), read)
      }),
    )
  })

  it('is there after each history', () => {
    fc.assert(fc.property(histories, (files) => assert.ok(restorePlan(files))))
  })
})

describe('The changes after a state', () => {
  it('are the files that bring it to the newest', () => {
    const files = [file(9, 1, 3), file(0, 4, 4), file(0, 5, 5), file(0, 6, 6)]
    assert.deepEqual(changesAfter(files, 4), [file(0, 5, 5), file(0, 6, 6)])
  })

  it('are none where it is the newest, and unknown where it is newer', () => {
    assert.deepEqual(changesAfter([file(9, 1, 3), file(0, 4, 4)], 4), [])
    assert.equal(changesAfter([file(9, 1, 3), file(0, 4, 4)], 5), null)
  })

  it('are never a file that holds the whole database', () => {
    assert.equal(changesAfter([file(9, 1, 8), file(0, 8, 8)], 5), null)
    assert.equal(changesAfter([file(1, 1, 8), file(0, 8, 8)], 5), null)
    assert.equal(changesAfter([file(0, 1, 1)], 0), null)
  })

  it('are compacted files where the single ones are gone, or are more', () => {
    const gone = [file(2, 2, 6), file(0, 6, 6), file(0, 7, 7)]
    assert.deepEqual(changesAfter(gone, 3), [file(2, 2, 6), file(0, 7, 7)])
    const many = [3, 4, 5, 6].map((txid) => file(0, txid, txid))
    assert.deepEqual(changesAfter([...many, file(1, 3, 6)], 2), [file(1, 3, 6)])
  })

  it('are single files where the compacted one is large', () => {
    const single = [file(0, 5, 5), file(0, 6, 6)]
    assert.deepEqual(changesAfter([...single, file(1, 2, 6, 900_000)], 4), single)
  })

  it('leave no gap, and are the fewest bytes, whatever is in the bucket', () => {
    fc.assert(
      fc.property(histories, fc.nat(60), fc.func(fc.boolean()), (files, txid, isLost) => {
        const left = files.filter(({ name }) => !isLost(name))
        const newest = Math.max(0, ...left.map(({ max }) => max))
        const found = changesAfter(left, txid)
        const cheapest = cheapestBytes(left, txid).get(newest)
        assert.equal(found === null, cheapest === undefined)
        let reached = txid
        for (const { level, min, max } of found ?? []) {
          assert.ok(level < 9 && min > 1 && min <= reached + 1 && max > reached)
          reached = max
        }
        assert.ok(found === null || (reached === newest && bytesOf(found) === cheapest))
      }),
    )
  })
})

function byEnd(one: LtxFile, other: LtxFile): number {
  return other.max - one.max
}

function bytesOf(files: LtxFile[]): number {
  return files.reduce((bytes, { size }) => bytes + size + 65_536, 0)
}

// Tries all files again and again, until nothing gets cheaper.
function cheapestBytes(files: LtxFile[], txid: number): Map<number, number> {
  const bytes = new Map([[txid, 0]])
  for (let changed = true; changed; ) {
    changed = false
    for (const { level, min, max, size } of files) {
      if (level === 9 || min === 1) continue
      for (const [reached, before] of [...bytes]) {
        const total = before + size + 65_536
        if (min > reached + 1 || max <= reached || (bytes.get(max) ?? Infinity) <= total) continue
        bytes.set(max, total)
        changed = true
      }
    }
  }
  return bytes
}

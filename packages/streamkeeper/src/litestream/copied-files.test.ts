import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { copiedFiles } from './copied-files.ts'
import { type LtxFile, listNeededFiles } from './ltx-files.ts'
import { after, file, histories, litestreamReads, steps } from './plan-test-support.ts'
import { restorePlan } from './restore-plan.ts'

describe('The copy of a replica', () => {
  it('has what a restore reads', () => {
    const files = [file(9, 1, 3), file(0, 3, 3), file(0, 4, 4), file(0, 5, 5)]
    assert.deepEqual(names(copiedFiles(files)), names(files.toSpliced(1, 1)))
  })

  it('has the newest file of each level, and what is still to be compacted', () => {
    const files = [
      ...[file(9, 1, 9), file(2, 2, 4), file(2, 5, 6), file(1, 5, 6), file(1, 7, 7), file(1, 8, 8)],
      ...[file(0, 7, 7), file(0, 8, 8), file(0, 9, 9)],
    ]
    assert.deepEqual(names(copiedFiles(files)), [
      ...names([file(0, 9, 9), file(1, 7, 7), file(1, 8, 8), file(2, 5, 6), file(9, 1, 9)]),
    ])
  })

  it('is none where there is a gap', () => {
    assert.equal(copiedFiles([file(9, 1, 3), file(0, 5, 5)]), null)
  })

  it('can be restored, compacted and copied again, whatever Litestream does', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 5 }), (leaderships) => {
        let files: LtxFile[] = [file(0, 1, 1, 500_000)]
        for (const taken of leaderships) {
          for (const step of taken) {
            // Throws where a compaction would meet a gap.
            files = after(files, step)
            assert.ok(restorePlan(files))
          }
          const copy = copiedFiles(files)
          assert.ok(copy)
          assert.deepEqual(litestreamReads(copy), litestreamReads(files))
          files = copy
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('The files that are listed for it', () => {
  it('lack only single uploads that are compacted, and so give the same copy', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (files) => {
        const store = new MemoryStore()
        for (const { name } of files) store.put(`e/${name}`, Buffer.from(name))
        const compacted = Math.max(0, ...files.map(({ level, max }) => (level === 1 ? max : 0)))
        const listed = (await listNeededFiles(store, 'e/')).map((found) => ({
          ...found,
          name: found.name.slice('e/'.length),
        }))
        const expected = files.filter(({ level, max }) => level > 0 || max >= compacted)
        assert.deepEqual(names(listed), names(expected))
        assert.deepEqual(names(copiedFiles(listed)), names(copiedFiles(files)))
      }),
    )
  })
})

function names(files: LtxFile[] | null): string[] {
  return (files ?? []).map(({ name }) => name).toSorted()
}

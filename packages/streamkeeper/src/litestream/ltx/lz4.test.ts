import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { LtxDamaged } from './format.ts'
import { decodeBlock } from './lz4.ts'
import { literals } from './test-support.ts'

function decoded(block: readonly number[], length: number): string {
  const target = Buffer.alloc(length)
  decodeBlock(Uint8Array.from(block), target)
  return target.toString('latin1')
}

const [a, b] = [0x61, 0x62]

describe('An LZ4 block', () => {
  it('holds literals, of any length', () => {
    for (const length of [0, 1, 14, 15, 16, 269, 270, 271, 524, 525, 65_536]) {
      const content = Buffer.alloc(length, 'abcdefg')
      assert.equal(decoded([...literals(content)], length), content.toString('latin1'))
    }
  })

  it('repeats what came before, also what it repeats', () => {
    assert.equal(decoded([0x20, a, b, 2, 0, 0x00], 6), 'ababab')
    assert.equal(decoded([0x1f, a, 1, 0, 0, 0x10, b], 21), `${'a'.repeat(20)}b`)
    assert.equal(decoded([0x1f, a, 1, 0, 255, 0, 0x00], 275), 'a'.repeat(275))
    assert.equal(decoded([0x2f, a, b, 2, 0, 40, 0x00], 61), `${'ab'.repeat(30)}a`)
  })

  it('may begin a repetition 65,535 bytes before, and not before its own beginning', () => {
    const content = Buffer.alloc(65_535, 'abc')
    const repeated = decoded([...literals(content), 0xff, 0xff, 0x00], content.length + 4)
    assert.equal(repeated, `${content.toString('latin1')}abca`)
    const outside = [
      [0x10, a, 2, 0, 0x00],
      [0x10, a, 0, 0, 0x00],
      [0x00, 1, 0, 0x00],
    ]
    for (const block of outside) assert.throws(() => decoded(block, 5), LtxDamaged)
  })

  it('is refused where it is cut off, or is not just what is wanted', () => {
    const block = [0x1f, a, 1, 0, 0, 0x10, b]
    for (let length = 0; length < block.length; length++) {
      assert.throws(() => decoded(block.slice(0, length), 21), LtxDamaged, `${length} bytes`)
    }
    for (const length of [0, 1, 2, 20, 22]) {
      assert.throws(() => decoded(block, length), LtxDamaged, `into ${length} bytes`)
    }
    const long = [...literals(Buffer.alloc(100, 'a'))]
    for (const length of [50, 99, 101]) assert.throws(() => decoded(long, length), LtxDamaged)
  })

  it('changes nothing beside its place, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(80), (block, length) => {
        const room = Buffer.alloc(length + 32, 0xee)
        try {
          decodeBlock(block, room.subarray(16, 16 + length))
        } catch (error) {
          assert.ok(error instanceof LtxDamaged)
        }
        assert.ok(room.subarray(0, 16).every((byte) => byte === 0xee))
        assert.ok(room.subarray(16 + length).every((byte) => byte === 0xee))
      }),
      { numRuns: 2_000 },
    )
  })
})

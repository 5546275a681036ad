import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Crc64 } from './crc64.ts'

function crcOf(...parts: Uint8Array[]): bigint {
  const crc = new Crc64()
  for (const part of parts) crc.add(part)
  return crc.value
}

// By its definition, a bit at a time.
function slowly(bytes: Uint8Array): bigint {
  const all = (1n << 64n) - 1n
  let crc = all
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? 0xd800000000000000n : 0n)
  }
  return crc ^ all
}

describe('CRC-64/ISO', () => {
  it('has the check value of its catalogue', () => {
    assert.equal(crcOf(Buffer.from('123456789')), 0xb90956c775a41001n)
  })

  it('is what its definition says, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (parts) => {
        assert.equal(crcOf(...parts), slowly(Buffer.concat(parts)))
      }),
    )
  })
})

/**
 * CRC-64/ISO. Its polynomial is x^64 + x^4 + x^3 + x + 1: what 32 bits are worth is themselves,
 * shifted by 0, 1, 3 and 4, so that no table is needed.
 */
export class Crc64 {
  #low = -1
  #high = -1

  add(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let [low, high, at] = [this.#low, this.#high, 0]
    for (; at + 4 <= view.byteLength; at += 4) {
      const word = low ^ view.getInt32(at, true)
      low = high ^ (word << 31) ^ (word << 29) ^ (word << 28)
      high = word ^ (word >>> 1) ^ (word >>> 3) ^ (word >>> 4)
    }
    for (; at < view.byteLength; at++) {
      const byte = (low ^ view.getUint8(at)) & 0xff
      low = (low >>> 8) | (high << 24)
      high = (high >>> 8) ^ (byte << 24) ^ (byte << 23) ^ (byte << 21) ^ (byte << 20)
    }
    this.#low = low
    this.#high = high
  }

  get value(): bigint {
    return (BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0)
  }
}

import { LtxDamaged } from './format.ts'

// Below this, a loop is faster than a call.
const fewBytes = 32

/**
 * Decodes one LZ4 block (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), which has to
 * fill `target` exactly.
 *
 * @throws {LtxDamaged} whatever else the bytes are; nothing outside of `target` is written
 */
export function decodeBlock(block: Uint8Array, target: Uint8Array): void {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  let [at, filled] = [0, 0]
  const next = (): number => {
    if (at >= block.length) throw new LtxDamaged('an LZ4 block is cut off')
    return view.getUint8(at++)
  }
  const length = (start: number): number => {
    let sum = start
    if (start === 15) {
      let more = 255
      while (more === 255) {
        more = next()
        sum += more
      }
    }
    return sum
  }
  for (;;) {
    const token = next()
    const literals = length(token >> 4)
    if (literals > block.length - at || literals > target.length - filled) throw tooLong()
    copy(block, at, target, filled, literals)
    at += literals
    filled += literals
    // The last sequence ends after its literals.
    if (at === block.length) break
    const distance = next() | (next() << 8)
    const matched = length(token & 15) + 4
    if (distance === 0 || distance > filled)
      throw new LtxDamaged('an LZ4 block begins before itself')
    if (matched > target.length - filled) throw tooLong()
    repeat(target, filled, distance, matched)
    filled += matched
  }
  if (filled !== target.length) throw new LtxDamaged('an LZ4 block is less than a page')
}

function copy(from: Uint8Array, at: number, to: Uint8Array, filled: number, length: number): void {
  if (length > fewBytes) to.set(from.subarray(at, at + length), filled)
  else for (let i = 0; i < length; i++) to[filled + i] = from[at + i] as number
}

// What is repeated may reach into what it makes.
function repeat(target: Uint8Array, filled: number, distance: number, length: number): void {
  const from = filled - distance
  if (length > fewBytes && distance === 1) {
    target.fill(target[from] as number, filled, filled + length)
  } else if (length > fewBytes && distance >= length) {
    target.copyWithin(filled, from, from + length)
  } else {
    for (let i = 0; i < length; i++) target[filled + i] = target[from + i] as number
  }
}

function tooLong(): LtxDamaged {
  return new LtxDamaged('an LZ4 block is more than a page')
}

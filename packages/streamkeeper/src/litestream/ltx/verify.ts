import type { LtxHeader } from './header.ts'
import { LtxStream } from './stream.ts'

/**
 * Reads all of an LTX file, to its checksum over what the pages are.
 *
 * @throws {LtxDamaged} if the bytes are not one whole file as Litestream writes them
 */
export function verifyLtx(bytes: Buffer): LtxHeader {
  const stream = new LtxStream(null)
  stream.push(bytes)
  return stream.end()
}

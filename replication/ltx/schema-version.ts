import { readHeader } from './header.ts'
import { decodeBlock } from './lz4.ts'
import { framesOf } from './verify.ts'

/**
 * SQLite's number of the schema that an LTX file brings: another after each change of a table; null
 * where it changes nothing of the first page.
 *
 * @throws {LtxDamaged} if the bytes don't begin as an LTX file does
 */
export function schemaVersionIn(bytes: Buffer): number | null {
  const header = readHeader(bytes)
  const first = framesOf(bytes, header).next().value
  if (first?.page !== 1) return null
  const page = Buffer.alloc(header.pageSize)
  decodeBlock(bytes.subarray(first.start, first.end), page)
  return page.readUInt32BE(40)
}

import { readHeader } from './header.ts'
import { headerBytes, pageHeaderBytes } from './layout.ts'
import { decodeBlock } from './lz4.ts'

/**
 * SQLite's number of the schema that an LTX file brings: another after each change of a table; null
 * where it changes nothing of the first page.
 *
 * @throws {LtxDamaged} if the bytes don't begin as an LTX file does
 */
export function schemaVersionIn(bytes: Buffer): number | null {
  const { pageSize } = readHeader(bytes)
  // The pages are in order.
  if (bytes.length < headerBytes + pageHeaderBytes || bytes.readUInt32BE(headerBytes) !== 1)
    return null
  const start = headerBytes + pageHeaderBytes
  const page = Buffer.alloc(pageSize)
  decodeBlock(bytes.subarray(start, start + bytes.readUInt32BE(start - 4)), page)
  return page.readUInt32BE(40)
}

import { headerBytes, pageHeaderBytes, readHeader } from './format.ts'
import { decodeBlock } from './lz4.ts'

/**
 * How many bytes the pages in an LTX file have once they are written: zeros, which SQLite writes over what
 * is deleted, take a hundredth of that in the file.
 *
 * @throws {LtxDamaged} if the bytes don't begin as an LTX file does; what is damaged behind has any number
 */
export function pageBytesIn(bytes: Buffer): number {
  const { pageSize } = readHeader(bytes)
  let pages = 0
  for (let at = headerBytes; at + pageHeaderBytes <= bytes.length; pages++) {
    if (bytes.readUInt32BE(at) === 0) break
    at += pageHeaderBytes + bytes.readUInt32BE(at + 6)
  }
  return pages * pageSize
}

/** It takes a second to write so many, in which nothing else of this process runs. */
export const mostPageBytes = 64 * 1024 ** 2

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

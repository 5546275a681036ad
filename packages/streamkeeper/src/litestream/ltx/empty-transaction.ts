import { Crc64 } from './crc64.ts'
import {
  checksumBytes,
  checksumFlag,
  headerBytes,
  indexSizeBytes,
  magic,
  noChecksumFlag,
  pagesEndBytes,
} from './format.ts'
import { walHeaderBytes } from './sqlite-headers.ts'

type Options = {
  txid: number
  pageSize: number
  /** How many pages the database has. */
  pages: number
  /** Those of the WAL. */
  salts: [number, number]
  /** In milliseconds. */
  now: number
}

/**
 * The LTX file of a transaction that changes nothing, at the beginning of the WAL with these salts:
 * Litestream goes on behind the file's place in the WAL.
 */
export function emptyTransaction({ txid, pageSize, pages, salts, now }: Options): Buffer {
  const index = headerBytes + pagesEndBytes
  // Of no page: the zero that ends it.
  const indexBytes = 1
  const bytes = Buffer.alloc(index + indexBytes + indexSizeBytes + 2 * checksumBytes)
  bytes.write(magic, 'latin1')
  bytes.writeUInt32BE(noChecksumFlag, 4)
  bytes.writeUInt32BE(pageSize, 8)
  bytes.writeUInt32BE(pages, 12)
  bytes.writeBigUInt64BE(BigInt(txid), 16)
  bytes.writeBigUInt64BE(BigInt(txid), 24)
  bytes.writeBigUInt64BE(BigInt(now), 32)
  bytes.writeBigUInt64BE(BigInt(walHeaderBytes), 48)
  bytes.writeUInt32BE(salts[0], 64)
  bytes.writeUInt32BE(salts[1], 68)
  bytes.writeBigUInt64BE(BigInt(indexBytes), index + indexBytes)
  const crc = new Crc64()
  const checksum = bytes.length - checksumBytes
  crc.add(bytes.subarray(0, checksum))
  bytes.writeBigUInt64BE(crc.value | checksumFlag, checksum)
  return bytes
}

import { Crc64 } from './crc64.ts'
import { LtxDamaged } from './damaged.ts'
import { type LtxHeader, readHeader } from './header.ts'
import {
  checksumBytes,
  checksumFlag,
  headerBytes,
  indexSizeBytes,
  lockPage,
  pageHeaderBytes,
  pagesEndBytes,
  sizeFlag,
} from './layout.ts'
import { decodeBlock } from './lz4.ts'

/** A page's number, and where its compressed content is in the file. */
type Frame = { page: number; start: number; end: number }

/**
 * Reads all of an LTX file, to its checksum over what the pages are.
 *
 * @throws {LtxDamaged} if the bytes are not one whole file as Litestream writes them
 */
export function verifyLtx(bytes: Buffer): LtxHeader {
  const header = readHeader(bytes)
  const content = Buffer.alloc(header.pageSize)
  const crc = new Crc64()
  let [end, count] = [0, 0]
  for (const frame of framesOf(bytes, header)) {
    decodeBlock(bytes.subarray(frame.start, frame.end), content)
    crc.add(bytes.subarray(end, frame.start))
    crc.add(content)
    end = frame.end
    count++
  }
  crc.add(bytes.subarray(end, -checksumBytes))
  if (bytes.readBigUInt64BE(bytes.length - checksumBytes) !== (crc.value | checksumFlag)) {
    throw new LtxDamaged('its checksum is another')
  }
  if (header.min === 1 && count < pagesWithin(header)) {
    throw new LtxDamaged(`only ${count} pages of a database of ${header.commit}`)
  }
  return header
}

/** The pages of the file, as its header allows them; @throws {LtxDamaged} at the first other one */
export function* framesOf(bytes: Buffer, { pageSize, commit }: LtxHeader): Generator<Frame> {
  const locked = lockPage(pageSize)
  const indexEnd = bytes.length - indexSizeBytes - 2 * checksumBytes
  let [at, last] = [headerBytes, 0]
  for (;;) {
    if (at + pagesEndBytes >= indexEnd) throw new LtxDamaged('cut off')
    const [page, flags] = [bytes.readUInt32BE(at), bytes.readUInt16BE(at + 4)]
    if (page === 0 && flags === 0) break
    if (page <= last || page > commit || page === locked) {
      throw new LtxDamaged(`page ${page} after page ${last} of ${commit}`)
    }
    if (flags !== sizeFlag) throw new LtxDamaged(`flags ${flags} at page ${page}`)
    const start = at + pageHeaderBytes
    const end = start + bytes.readUInt32BE(at + 6)
    yield { page, start, end }
    ;[at, last] = [end, page]
  }
  if (bytes.readBigUInt64BE(indexEnd) !== BigInt(indexEnd - at - pagesEndBytes)) {
    throw new LtxDamaged('cut off in its index')
  }
}

function pagesWithin({ pageSize, commit }: LtxHeader): number {
  return commit >= lockPage(pageSize) ? commit - 1 : commit
}

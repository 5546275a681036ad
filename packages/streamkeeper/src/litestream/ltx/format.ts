// Litestream's files of format LTX1, all numbers big-endian
// (https://github.com/superfly/ltx/blob/main/ltx.go): a header; the pages in the order of their
// numbers, each with its number (4 bytes), flags (2), size (4) and content as an LZ4 block; 6 zero
// bytes; an index of the pages and its size; a checksum of the database, which is not kept, and one
// of the file.
export const magic = 'LTX1'
export const headerBytes = 100
export const pagesEndBytes = 6
export const pageHeaderBytes = 10
export const indexSizeBytes = 8
export const checksumBytes = 8

/** The flag of a header: no checksums of the database are kept. */
export const noChecksumFlag = 2

/** The flag of a page: its size is told, and its content is an LZ4 block, not a frame. */
export const sizeFlag = 1

/** Set in every checksum, so that none is zero. */
export const checksumFlag = 1n << 63n

/** The page at 2^30 bytes: SQLite locks bytes of it, and never writes it. */
export function lockPage(pageSize: number): number {
  return 2 ** 30 / pageSize + 1
}

export function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0
}

/** The bytes are no whole LTX file, or not one for this database. */
export class LtxDamaged extends Error {}

export type LtxHeader = {
  pageSize: number
  /** How many pages the database has afterwards. */
  commit: number
  /** The first and the last transaction whose changes are in the file. */
  min: number
  max: number
  /** Where in the WAL the changes were, and how many bytes; 0 where several files were made one. */
  walOffset: number
  walSize: number
  salts: [number, number]
}

/** @throws {LtxDamaged} if the bytes begin with none */
export function readHeader(bytes: Buffer): LtxHeader {
  if (bytes.toString('latin1', 0, magic.length) !== magic) throw new LtxDamaged('no LTX file')
  if (bytes.length < headerBytes) throw new LtxDamaged('cut off in its header')
  const header: LtxHeader = {
    pageSize: bytes.readUInt32BE(8),
    commit: bytes.readUInt32BE(12),
    min: numberAt(bytes, 16),
    max: numberAt(bytes, 24),
    walOffset: numberAt(bytes, 48),
    walSize: numberAt(bytes, 56),
    salts: [bytes.readUInt32BE(64), bytes.readUInt32BE(68)],
  }
  const { pageSize, commit, min, max } = header
  const flags = bytes.readUInt32BE(4)
  if ((flags & ~noChecksumFlag) !== 0) throw new LtxDamaged(`unknown flags ${flags}`)
  if (!isPageSize(pageSize)) throw new LtxDamaged(`pages of ${pageSize} bytes`)
  if (commit === 0) throw new LtxDamaged('a database of no pages')
  if (min === 0 || min > max) throw new LtxDamaged(`transactions ${min} to ${max}`)
  return header
}

function numberAt(bytes: Buffer, offset: number): number {
  const number = Number(bytes.readBigUInt64BE(offset))
  if (!Number.isSafeInteger(number)) throw new LtxDamaged(`a number of ${number}`)
  return number
}

/** The name that Litestream gives the file of transactions `min` to `max`. */
export function ltxName(min: number, max: number = min): string {
  return `${hex(min)}-${hex(max)}.ltx`
}

function hex(txid: number): string {
  return txid.toString(16).padStart(16, '0')
}

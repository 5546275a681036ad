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

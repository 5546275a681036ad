import { fstatSync, fsyncSync, ftruncateSync, readSync, writeSync } from 'node:fs'
import { LtxDamaged } from './damaged.ts'
import { databaseHeaderBytes, readDatabaseHeader } from './database-header.ts'
import type { LtxHeader } from './header.ts'
import { decodeBlock } from './lz4.ts'
import { framesOf, verifyLtx } from './verify.ts'

export { LtxDamaged } from './damaged.ts'

// So many bytes are written with one call where pages follow each other.
const mostAtOnce = 256 * 1024

/**
 * Brings an open database file, which is not in use, from the transaction before the LTX file's first
 * one to its last one, byte for byte and durably; an empty file by a snapshot. All of the LTX file is
 * verified before the first write.
 *
 * @throws {LtxDamaged} if the LTX file is not whole, or not for this database; nothing was written
 * @throws {NodeJS.ErrnoException} if writing fails; then the file may be a mix of two states
 */
export function applyLtx(file: number, bytes: Buffer): void {
  writeLtx(file, bytes)
  fsyncSync(file)
}

/** {@link applyLtx} to a file that no crash has to leave whole. */
export function writeLtx(file: number, bytes: Buffer): void {
  const header = verifyLtx(bytes)
  requireFit(file, header)
  writePages(file, bytes, header)
  ftruncateSync(file, header.commit * header.pageSize)
}

function requireFit(file: number, { pageSize, min }: LtxHeader): void {
  const { size } = fstatSync(file)
  if (size === 0) {
    if (min > 1) throw new LtxDamaged(`changes since transaction ${min}, and no database`)
    return
  }
  const start = Buffer.alloc(databaseHeaderBytes)
  const read = readSync(file, start, 0, start.length, 0)
  const own = readDatabaseHeader(start.subarray(0, read))?.pageSize
  if (own !== pageSize) {
    throw new LtxDamaged(
      `pages of ${pageSize} bytes, for a file with pages of ${own ?? 'no'} bytes`,
    )
  }
}

function writePages(file: number, bytes: Buffer, header: LtxHeader): void {
  const { pageSize } = header
  const room = Buffer.alloc(mostAtOnce)
  let [offset, filled] = [0, 0]
  for (const { page, start, end } of framesOf(bytes, header)) {
    const next = (page - 1) * pageSize
    if (next !== offset + filled || filled === room.length) {
      writeAll(file, room.subarray(0, filled), offset)
      offset = next
      filled = 0
    }
    decodeBlock(bytes.subarray(start, end), room.subarray(filled, filled + pageSize))
    filled += pageSize
  }
  writeAll(file, room.subarray(0, filled), offset)
}

function writeAll(file: number, bytes: Buffer, offset: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(file, bytes, written, bytes.length - written, offset + written)
  }
}

import { fstatSync, fsyncSync, ftruncateSync, readSync } from 'node:fs'
import { LtxDamaged, type LtxHeader } from './format.ts'
import { databaseHeaderBytes, readPageSize } from './sqlite-headers.ts'
import { LtxStream, verifyLtx } from './stream.ts'

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
  const pages = new LtxStream(file)
  pages.push(bytes)
  pages.end()
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
  const own = readPageSize(start.subarray(0, read))
  if (own !== pageSize) {
    throw new LtxDamaged(
      `pages of ${pageSize} bytes, for a file with pages of ${own ?? 'no'} bytes`,
    )
  }
}

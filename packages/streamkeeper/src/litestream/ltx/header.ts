import { LtxDamaged } from './damaged.ts'
import { headerBytes, isPageSize, magic, noChecksumFlag } from './layout.ts'

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

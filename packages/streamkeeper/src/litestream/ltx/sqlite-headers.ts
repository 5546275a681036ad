import { isPageSize } from './format.ts'

export const databaseHeaderBytes = 100

/**
 * The page size that the header of a database file names
 * (https://sqlite.org/fileformat2.html#the_database_header); null if the bytes begin with none.
 */
export function readPageSize(bytes: Buffer): number | null {
  if (bytes.length < databaseHeaderBytes) return null
  if (bytes.toString('latin1', 0, 16) !== 'SQLite format 3\0') return null
  // 65,536 has no room in two bytes.
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16)
  return isPageSize(pageSize) ? pageSize : null
}

export const walHeaderBytes = 32
export const walFrameHeaderBytes = 24

type WalHeader = {
  pageSize: number
  /** How many times this WAL was begun anew, after a checkpoint of all that was in it. */
  restarts: number
  salts: [number, number]
}

/**
 * Reads the header of a WAL (https://sqlite.org/fileformat2.html#walformat).
 *
 * @returns null if the bytes begin with none
 */
export function readWalHeader(bytes: Buffer): WalHeader | null {
  if (bytes.length < walHeaderBytes) return null
  const magic = bytes.readUInt32BE(0)
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return null
  // The last bit says in which order the checksum takes the bytes of its words.
  const word = (at: number) => (magic & 1 ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at))
  let [one, two] = [0, 0]
  for (let at = 0; at < 24; at += 8) {
    one = (one + word(at) + two) >>> 0
    two = (two + word(at + 4) + one) >>> 0
  }
  if (one !== bytes.readUInt32BE(24) || two !== bytes.readUInt32BE(28)) return null
  return {
    pageSize: bytes.readUInt32BE(8),
    restarts: bytes.readUInt32BE(12),
    salts: [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
  }
}

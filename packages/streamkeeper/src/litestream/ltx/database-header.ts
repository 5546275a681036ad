import { isPageSize } from './layout.ts'

export const databaseHeaderBytes = 100

/**
 * Reads the header of a database file (https://sqlite.org/fileformat2.html#the_database_header).
 *
 * @returns null if the bytes begin with none
 */
export function readDatabaseHeader(bytes: Buffer): { pageSize: number } | null {
  if (bytes.length < databaseHeaderBytes) return null
  if (bytes.toString('latin1', 0, 16) !== 'SQLite format 3\0') return null
  // 65,536 has no room in two bytes.
  const pageSize = bytes.readUInt16BE(16) === 1 ? 65_536 : bytes.readUInt16BE(16)
  return isPageSize(pageSize) ? { pageSize } : null
}

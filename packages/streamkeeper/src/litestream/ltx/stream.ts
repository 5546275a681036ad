import { writeSync } from 'node:fs'
import { Crc64 } from './crc64.ts'
import {
  checksumBytes,
  checksumFlag,
  headerBytes,
  indexSizeBytes,
  LtxDamaged,
  type LtxHeader,
  lockPage,
  pageHeaderBytes,
  pagesEndBytes,
  readHeader,
  sizeFlag,
} from './format.ts'
import { decodeBlock } from './lz4.ts'

// So many bytes are written with one call where pages follow each other.
const mostAtOnce = 256 * 1024

/**
 * Reads an LTX file as its bytes come, whatever its size, and writes its pages to a database file. They
 * are written before the checksum at its end is seen: the file is not to be used unless {@link end}
 * returns.
 */
export class LtxStream {
  readonly #file: number | null
  readonly #crc = new Crc64()
  readonly #room = Buffer.alloc(mostAtOnce)
  #rest: Buffer = Buffer.alloc(0)
  /** What comes after the pages. */
  #tail: Buffer[] | null = null
  #header: LtxHeader | null = null
  #last = 0
  #count = 0
  #offset = 0
  #filled = 0

  /** @param file open for writing; null where the LTX file is only to be verified */
  constructor(file: number | null) {
    this.#file = file
  }

  /** @throws {LtxDamaged} if the bytes can't be part of such a file */
  push(bytes: Buffer): void {
    if (this.#tail) {
      this.#tail.push(bytes)
      return
    }
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes
    if (!this.#header) {
      if (this.#rest.length < headerBytes) return
      this.#header = readHeader(this.#rest)
      this.#crc.add(this.#rest.subarray(0, headerBytes))
      this.#rest = this.#rest.subarray(headerBytes)
    }
    this.#rest = this.#rest.subarray(this.#takePages(this.#rest, this.#header))
  }

  /**
   * Ends the file.
   *
   * @throws {LtxDamaged} if it was not a whole one, to its checksum over what the pages are
   */
  end(): LtxHeader {
    const header = this.#header
    if (!header || !this.#tail) throw new LtxDamaged('cut off')
    this.#flush()
    const tail = Buffer.concat(this.#tail)
    const indexBytes = tail.length - pagesEndBytes - indexSizeBytes - 2 * checksumBytes
    if (indexBytes <= 0) throw new LtxDamaged('cut off')
    if (tail.readBigUInt64BE(pagesEndBytes + indexBytes) !== BigInt(indexBytes)) {
      throw new LtxDamaged('cut off in its index')
    }
    this.#crc.add(tail.subarray(0, -checksumBytes))
    if (tail.readBigUInt64BE(tail.length - checksumBytes) !== (this.#crc.value | checksumFlag)) {
      throw new LtxDamaged('its checksum is another')
    }
    const { commit, pageSize, min } = header
    const pages = commit >= lockPage(pageSize) ? commit - 1 : commit
    if (min === 1 && this.#count < pages) {
      throw new LtxDamaged(`only ${this.#count} pages of a database of ${commit}`)
    }
    return header
  }

  /** @returns how many of the bytes were taken */
  #takePages(bytes: Buffer, { pageSize, commit }: LtxHeader): number {
    const locked = lockPage(pageSize)
    let at = 0
    for (;;) {
      if (at + pageHeaderBytes > bytes.length) return at
      const [page, flags] = [bytes.readUInt32BE(at), bytes.readUInt16BE(at + 4)]
      if (page === 0 && flags === 0) {
        this.#tail = [bytes.subarray(at)]
        return bytes.length
      }
      if (page <= this.#last || page > commit || page === locked) {
        throw new LtxDamaged(`page ${page} after page ${this.#last} of ${commit}`)
      }
      if (flags !== sizeFlag) throw new LtxDamaged(`flags ${flags} at page ${page}`)
      const start = at + pageHeaderBytes
      const size = bytes.readUInt32BE(at + 6)
      // What can't be compressed is a little larger: https://github.com/lz4/lz4/blob/dev/lib/lz4.h
      if (size > pageSize + pageSize / 255 + 16)
        throw new LtxDamaged(`${size} bytes of page ${page}`)
      if (start + size > bytes.length) return at
      const content = this.#roomFor((page - 1) * pageSize, pageSize)
      decodeBlock(bytes.subarray(start, start + size), content)
      this.#crc.add(bytes.subarray(at, start))
      this.#crc.add(content)
      this.#last = page
      this.#count++
      at = start + size
    }
  }

  #roomFor(offset: number, pageSize: number): Buffer {
    if (offset !== this.#offset + this.#filled || this.#filled === mostAtOnce) {
      this.#flush()
      this.#offset = offset
    }
    const from = this.#filled
    this.#filled += pageSize
    return this.#room.subarray(from, this.#filled)
  }

  #flush(): void {
    for (let written = 0; this.#file !== null && written < this.#filled; ) {
      const [left, at] = [this.#filled - written, this.#offset + written]
      written += writeSync(this.#file, this.#room, written, left, at)
    }
    this.#filled = 0
  }
}

/**
 * Reads all of an LTX file, to its checksum over what the pages are.
 *
 * @throws {LtxDamaged} if the bytes are not one whole file as Litestream writes them
 */
export function verifyLtx(bytes: Buffer): LtxHeader {
  const stream = new LtxStream(null)
  stream.push(bytes)
  return stream.end()
}

// The layout of Litestream's files of format LTX1, all numbers big-endian: a header, then pages
// that each begin with their number, then an index of them, its size, and two checksums.
const headerBytes = 100
const pageHeaderBytes = 6
const indexSizeBytes = 8
const trailerBytes = 16

/** The name that Litestream gives the file of one transaction; it is hexadecimal. */
export function transactionFile(txid: number): string {
  const hex = txid.toString(16).padStart(16, '0')
  return `${hex}-${hex}.ltx`
}

/**
 * What is wrong with bytes that should be the whole file of transaction `txid`; null if nothing is.
 * Litestream looks at the pages' content itself, when it applies them.
 */
export function flawOf(bytes: Buffer, txid: number): string | null {
  const found = `${bytes.length} bytes`
  if (bytes.subarray(0, 4).toString('latin1') !== 'LTX1') return `${found}, and no LTX file`
  if (bytes.length < headerBytes + pageHeaderBytes + 1 + indexSizeBytes + trailerBytes) {
    return `${found}, and so cut off`
  }
  const [first, last] = [bytes.readBigUInt64BE(16), bytes.readBigUInt64BE(24)]
  if (first !== BigInt(txid) || last !== BigInt(txid)) {
    return `holds transactions ${first} to ${last}, not ${txid}`
  }
  return isWhole(bytes) ? null : `${found}, and so cut off`
}

// The index is at the end, and says where each page is: they follow each other without a gap.
function isWhole(bytes: Buffer): boolean {
  const indexEnd = bytes.length - trailerBytes - indexSizeBytes
  const indexStart = indexEnd - Number(bytes.readBigUInt64BE(indexEnd))
  if (!(indexStart >= headerBytes + pageHeaderBytes && indexStart < indexEnd)) return false
  const next = numbersIn(bytes, indexStart, indexEnd)
  let end = headerBytes
  for (let page = next(); page !== 0; page = next()) {
    if (next() !== end || bytes.readUInt32BE(end) !== page) return false
    end += next()
    if (!(end <= indexStart - pageHeaderBytes)) return false
  }
  const isEnd = bytes.readUIntBE(end, pageHeaderBytes) === 0
  return isEnd && end + pageHeaderBytes === indexStart && Number.isNaN(next())
}

// Seven bits in each byte, the lowest first; the highest bit says that more follow. NaN at the end.
function numbersIn(bytes: Buffer, start: number, end: number): () => number {
  let at = start
  return () => {
    for (let number = 0, unit = 1; at < end; unit *= 128) {
      const byte = bytes.readUInt8(at++)
      number += (byte & 0x7f) * unit
      if (byte < 0x80) return number
    }
    return Number.NaN
  }
}

import { LtxDamaged } from '../replication/ltx/damaged.ts'
import { verifyLtx } from '../replication/ltx/verify.ts'

/** What is wrong with bytes that should be the whole file of transaction `txid`; null if nothing is. */
export function flawOf(bytes: Buffer, txid: number): string | null {
  try {
    const { min, max } = verifyLtx(bytes)
    if (min === txid && max === txid) return null
    return `holds transactions ${min} to ${max}, not ${txid}`
  } catch (error) {
    if (!(error instanceof LtxDamaged)) throw error
    return `${bytes.length} bytes: ${error.message}`
  }
}

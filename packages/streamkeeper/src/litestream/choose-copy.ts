/** What the lease says of the replica that is to be restored. */
export type Expected =
  /** There is neither a lease nor a replica. */
  | { replica: 'none' }
  /** No complete replica was ever named: there may be one, or not. */
  | { replica: 'unknown' }
  /** It is complete, and reached this transaction when that was last noted; 0 where it never was. */
  | { replica: 'complete'; reachedTxid: number }

/** What is known of the database file on this disk, and of the replica. */
export type Facts = {
  /**
   * `own` was replicated to this very replica, `copy` came from a bucket and was never written to,
   * `other` is any other file.
   */
  file: 'none' | 'copy' | 'own' | 'other'
  /** The transaction of the replica that an `own` file has reached at least. */
  fileTxid: number
  /** The newest transaction that the bucket has of the replica; 0 where it shows none. */
  newestTxid: number
  expected: Expected
}

export type Choice =
  | 'use-file'
  | 'restore'
  /** Nobody has ever written anything. */
  | 'nothing-yet'
  /** The bucket shows nothing of a replica that is complete. */
  | 'missing'
  /** The bucket shows less of the replica than it had. */
  | 'behind'

/**
 * Which copy of the database is the newest. Nothing that a bucket does not show leads to an empty
 * database, or to an older one, where the lease says that there is more.
 */
export function chooseCopy({ file, fileTxid, newestTxid, expected }: Facts): Choice {
  const isComplete = expected.replica === 'complete'
  const reachedTxid = isComplete ? expected.reachedTxid : 0
  const knownTxid = Math.max(newestTxid, reachedTxid)
  // Litestream would write an older file over a newer replica.
  if (file === 'own' && knownTxid > 0 && fileTxid >= knownTxid) return 'use-file'
  if (newestTxid > 0) return newestTxid < reachedTxid ? 'behind' : 'restore'
  if (isComplete) return 'missing'
  // A copy of a replica that is gone is all that is left of it.
  return file === 'none' ? 'nothing-yet' : 'use-file'
}

/** Whether a file that makes way for another is set aside, as it may hold what no replica has. */
export function isSetAside({
  file,
  isLater,
  isCovered,
}: Pick<Facts, 'file'> & {
  /** Whether it is a copy of a later epoch: it may be all that is left of that. */
  isLater: boolean
  /** Whether the replica is known to hold all that was ever written to the file. */
  isCovered: boolean
}): boolean {
  if (isCovered || file === 'none') return false
  return file === 'copy' ? isLater : true
}

/** The rules that an instance follows besides the lease's own; a mutant breaks one. */
export type Rules = {
  syncBeforeAcknowledging: boolean
  checkLeaseAfterSync: boolean
  /** Otherwise a renewal of a lease that has run out passes for one that succeeds. */
  checkLeaseAfterRenewal: boolean
  syncBeforeRelease: boolean
  /** Otherwise what was listed before the lease was held is taken for what there is. */
  listAfterAcquiring: boolean
  /** Otherwise a copy of an epoch that lacks its newest object passes for complete. */
  copyWhole: boolean
  restorableAfterCopy: boolean
  /** Otherwise the file is continued from whatever it is at. */
  bringFileToCopy: boolean
  /** Otherwise a file is of the restorable epoch whatever became of the one that it was written in. */
  checkLineage: boolean
  /** Otherwise a file that holds writes which never reached the bucket is the state that did. */
  unsyncedIsNoBase: boolean
  /** Otherwise a copy is resumed where this leadership has written already. */
  copyBeforeWriting: boolean
}

export const allRules: Rules = {
  syncBeforeAcknowledging: true,
  checkLeaseAfterSync: true,
  checkLeaseAfterRenewal: true,
  syncBeforeRelease: true,
  listAfterAcquiring: true,
  copyWhole: true,
  restorableAfterCopy: true,
  bringFileToCopy: true,
  checkLineage: true,
  unsyncedIsNoBase: true,
  copyBeforeWriting: true,
}

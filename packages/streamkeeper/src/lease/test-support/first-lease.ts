import type { LeaseObject } from '../lease-object.ts'

/** A lease that nobody holds, of a bucket without a complete epoch. */
export const firstLease: LeaseObject = {
  ...{ version: 1, service: 's', holder: null, epoch: 0, restorable: 0, restoredFrom: 0 },
  ...{ obsolete: [], ttlMs: 1_000, token: '' },
}

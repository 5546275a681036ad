import type { Replicated } from './replicated.ts'

/** What pages that are open ask for now and then; for everybody, so no secret is in it. */
export type Live = {
  visits: number
  today: number
  /** Which day that is (UTC). */
  day: string
  /** Another text after each change of any entry. */
  entriesVersion: string
  /** The ids of the newest entries, the newest first. */
  newestEntries: number[]
  replication: Replicated & { words: string }
  /** Which release answers. */
  release: string
}

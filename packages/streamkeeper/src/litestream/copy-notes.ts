import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { Reached } from '../stores/epochs.ts'
import type { Facts } from './choose-copy.ts'

/**
 * Notes which replica the file is replicated to, so that a later boot doesn't take it for the newest
 * state of another, and replicate it over data that it has never seen.
 */
export function noteReplica(path: string, replicaUrl: string): void {
  note(path, replicaUrl)
}

/**
 * Notes that all of the file is in the replica at `replicaUrl`, so that it may be thrown away.
 *
 * @param txid the transaction that its main part is exactly at, where that is known
 */
export function noteCopy(path: string, replicaUrl: string, txid?: number): void {
  note(path, [copy, replicaUrl, ...(txid === undefined ? [] : [txid])].join(' '))
}

/** The state of an epoch below `base` that the main part of the file is exactly at; null where no note tells. */
export function notedState(path: string, base: string): Reached | null {
  const [kind, url = '', txid] = readNote(path)?.split(' ') ?? []
  const epoch = /^\/epoch-(\d{8})$/.exec(url.slice(base.length))?.[1]
  if (kind !== copy || !url.startsWith(base) || !epoch || !/^\d+$/.test(txid ?? '')) return null
  if (!statSync(path, { throwIfNoEntry: false })?.size) return null
  return { epoch: Number(epoch), txid: Number(txid) }
}

// Never a part of it, nor before what it tells of: changes would be applied to another state.
function note(path: string, text: string): void {
  writeFileSync(`${noteOf(path)}.tmp`, text, { flush: true })
  renameSync(`${noteOf(path)}.tmp`, noteOf(path))
}

// An earlier release noted no URL after it.
const copy = 'copy'

/** What the note beside the file says that it is, beside the replica at `replicaUrl`. */
export function kindOf(path: string, replicaUrl: string): Facts['file'] {
  if (!statSync(path, { throwIfNoEntry: false })?.size) return 'none'
  const note = readNote(path)
  if (note?.split(' ', 1)[0] === copy) return 'copy'
  return note === replicaUrl ? 'own' : 'other'
}

/** Whether it is a copy of a later epoch, as an operator has gone back to an earlier one. */
export function isOfLaterEpoch(path: string, replicaUrl: string): boolean {
  const [, base, epoch] = /^copy (.+\/epoch-)(\d{8})(?: \d+)?$/.exec(readNote(path) ?? '') ?? []
  return base !== undefined && replicaUrl.startsWith(base) && `${base}${epoch}` > replicaUrl
}

/** Forgets what the file was. */
export function removeNote(path: string): void {
  rmSync(noteOf(path), { force: true })
}

function noteOf(path: string): string {
  return `${path}-replica`
}

function readNote(path: string): string | null {
  try {
    return readFileSync(noteOf(path), 'utf8')
  } catch {
    return null
  }
}

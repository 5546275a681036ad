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
  const note = readNote(path)
  const epoch = note?.isCopy ? epochBelow(base, note.url) : null
  if (epoch === null || note?.txid == null || !hasContent(path)) return null
  return { epoch, txid: note.txid }
}

// Never a part of it, nor before what it tells of: changes would be applied to another state.
function note(path: string, text: string): void {
  writeFileSync(`${noteOf(path)}.tmp`, text, { flush: true })
  renameSync(`${noteOf(path)}.tmp`, noteOf(path))
}

/** What the note beside the file says that it is, beside the replica at `replicaUrl`. */
export function kindOf(path: string, replicaUrl: string): Facts['file'] {
  if (!hasContent(path)) return 'none'
  const note = readNote(path)
  if (note?.isCopy) return 'copy'
  return note?.url === replicaUrl ? 'own' : 'other'
}

/** Whether it is a copy of a later epoch, as an operator has gone back to an earlier one. */
export function isOfLaterEpoch(path: string, replicaUrl: string): boolean {
  const note = readNote(path)
  if (!note?.isCopy) return false
  const base = note.url.slice(0, note.url.lastIndexOf('/'))
  const [noted, now] = [epochBelow(base, note.url), epochBelow(base, replicaUrl)]
  return noted !== null && now !== null && noted > now
}

/** Forgets what the file was. */
export function removeNote(path: string): void {
  rmSync(noteOf(path), { force: true })
}

function noteOf(path: string): string {
  return `${path}-replica`
}

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0
}

const copy = 'copy'

function readNote(path: string): { isCopy: boolean; url: string; txid: number | null } | null {
  try {
    const words = readFileSync(noteOf(path), 'utf8').split(' ')
    const isCopy = words[0] === copy
    // An earlier release noted no URL of a copy.
    const [url = '', txid = ''] = isCopy ? words.slice(1) : words
    return { isCopy, url, txid: /^\d+$/.test(txid) ? Number(txid) : null }
  } catch {
    return null
  }
}

function epochBelow(base: string, url: string): number | null {
  const epoch = /^\/epoch-(\d{8})$/.exec(url.slice(base.length))?.[1]
  return epoch && url.startsWith(base) ? Number(epoch) : null
}

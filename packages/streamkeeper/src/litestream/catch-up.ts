import { closeSync, openSync, statSync } from 'node:fs'
import { openStore } from '../stores/open-store.ts'
import type { ReplicaUrl } from '../stores/replica-url.ts'
import type { Store } from '../stores/store.ts'
import type { CommandOptions } from './litestream-command.ts'
import { applyLtx } from './ltx/apply.ts'
import { mostPageBytes, pageBytesIn } from './ltx/contents.ts'
import { LtxDamaged } from './ltx/format.ts'
import { type LtxFile, listNeededFiles, newestIn } from './ltx-files.ts'
import { changesAfter } from './restore-plan.ts'

/** Some files of a replica, in order, that bring an earlier state of it to transaction `txid`. */
export type Changes = { txid: number; files: Buffer[] }

// They are held in memory until they are applied. A larger one is held alone.
const mostBytes = 16 * 1024 ** 2
// The leader's Litestream merges files, and deletes the small ones, while they are read.
const mostGone = 3

/** Brings a database file at a transaction of a replica to the newest one, by what has changed since. */
export class CatchUp {
  readonly #store: Pick<Store, 'list' | 'bytes'>
  readonly #signal: AbortSignal
  readonly #mostBytes: number
  #txid: number
  #goal: number | null = null
  #waiting: LtxFile[] = []
  #gone = 0
  /** How many files were read, and how much that was. */
  readonly read = { files: 0, bytes: 0 }

  /** @param path of the file that is at `txid`: where as much would be read as it has, a restore is faster */
  constructor(url: string, path: string, txid: number, { signal, stallMs }: CommandOptions) {
    this.#store = openStore(url as ReplicaUrl, stallMs)
    this.#signal = signal
    this.#mostBytes = statSync(path).size
    this.#txid = txid
  }

  /** The newest transaction that the replica had when it was first looked at. */
  get goal(): number {
    return this.#goal ?? 0
  }

  /**
   * Reads the next files; none where there are no more.
   *
   * @returns null where it takes a restore: there is a gap, or too much, or the replica is behind the file
   * @throws {ReplicationProblem} if the bucket doesn't tell
   */
  async next(): Promise<Changes | null> {
    while (this.#goal === null || this.#txid < this.#goal) {
      this.#signal.throwIfAborted()
      if (this.#waiting.length === 0 && !(await this.#look())) return null
      const some = firstOf(this.#waiting)
      if (some.length === 0) break
      const changes = await this.#readAll(some)
      if (changes && isLong(changes.files)) return null
      if (changes) {
        this.#waiting.splice(0, some.length)
        return changes
      }
      this.#waiting = []
      if (++this.#gone === mostGone) return null
    }
    return { txid: this.#txid, files: [] }
  }

  /** @returns whether changes lead to what is there */
  async #look(): Promise<boolean> {
    const listed = await listNeededFiles(this.#store)
    this.#goal ??= newestIn(listed)
    const wanted = this.#goal < this.#txid ? null : changesAfter(listed, this.#txid)
    if (!wanted || this.read.bytes + bytesOf(wanted) > this.#mostBytes) return false
    this.#waiting = wanted
    return true
  }

  /** @returns null where one of them is gone */
  async #readAll(wanted: readonly LtxFile[]): Promise<Changes | null> {
    const files: Buffer[] = []
    for (const bytes of await Promise.all(wanted.map(({ name }) => this.#store.bytes(name)))) {
      if (!bytes) return null
      files.push(bytes)
    }
    this.#txid = wanted.at(-1)?.max ?? this.#txid
    this.read.files += files.length
    this.read.bytes += bytesOf(wanted)
    return { txid: this.#txid, files }
  }
}

/** As many as are read at once. */
function firstOf(wanted: readonly LtxFile[]): LtxFile[] {
  const some: LtxFile[] = []
  for (const file of wanted.slice(0, 16)) {
    if (some.length > 0 && bytesOf(some) + file.size > mostBytes) break
    some.push(file)
  }
  return some
}

/** Whether the lease could run out while they are applied. */
function isLong(files: readonly Buffer[]): boolean {
  try {
    return files.reduce((sum, bytes) => sum + pageBytesIn(bytes), 0) > mostPageBytes
  } catch (error) {
    if (error instanceof LtxDamaged) return false
    throw error
  }
}

function bytesOf(files: readonly LtxFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

/**
 * Applies changes to a database file that nobody has open. Nothing else of this process runs meanwhile,
 * so that nobody sees it in part.
 *
 * @throws {LtxDamaged} if one of the files is damaged: it was not applied, those before it were
 */
export function applyAll(path: string, files: readonly Buffer[]): void {
  const file = openSync(path, 'r+')
  try {
    for (const bytes of files) applyLtx(file, bytes)
  } finally {
    closeSync(file)
  }
}

import assert from 'node:assert/strict'
import { closeSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Reached } from '../../lease/lease.ts'
import { epochName } from '../../stores/epochs.ts'
import { openStore } from '../../stores/open-store.ts'
import { epochUrl, type ReplicaUrl } from '../../stores/replica-url.ts'
import { copyEpoch } from '../copy-epoch.ts'
import { restoreReplica } from '../litestream-command.ts'
import { applyLtx } from '../ltx/apply.ts'
import { beginAt } from '../ltx/begin-at.ts'
import { listLtxFiles, ltxFilesIn } from '../ltx-files.ts'
import { changesAfter } from '../restore-plan.ts'
import { startLitestream } from './process.ts'
import { type Content, Table } from './table.ts'

const options = { signal: new AbortController().signal, stallMs: 60_000 }

type Place = {
  base: ReplicaUrl
  /** Its disk. */
  folder: string
  pageSize: number
  /** How often Litestream uploads all of the database. */
  snapshotSeconds: number
}

// All of a large database, on a machine that is busy.
const syncMs = 600_000

/** An instance with a disk of its own, which leads one epoch. */
export class Instance {
  readonly path: string
  readonly #place: Place
  /** The state that its file is, byte for byte; null where it has none. */
  #state: Reached | null = null
  #process: Awaited<ReturnType<typeof startLitestream>> | null = null
  #table: Table | null = null
  #epoch = 0
  #begunWith: Content = 0n

  constructor(place: Place) {
    this.#place = place
    mkdirSync(place.folder, { recursive: true })
    this.path = join(place.folder, 'app.db')
  }

  get table(): Table {
    assert.ok(this.#table)
    return this.#table
  }

  get epoch(): number {
    return this.#epoch
  }

  /** What its file held when it was brought to the copy. */
  get begunWith(): Content {
    return this.#begunWith
  }

  /** Brings the file, which nobody leads with, to the newest state of an epoch, and says how. */
  async bring(epoch: number): Promise<'changes' | 'restored'> {
    const store = openStore(epochUrl(this.#place.base, epoch) as ReplicaUrl)
    const files = await listLtxFiles(store)
    const newest = Math.max(...files.map(({ max }) => max))
    const changes =
      this.#state && this.#state.txid <= newest ? changesAfter(files, this.#state.txid) : null
    if (!changes) {
      this.#state = null
      const txid = await restoreReplica(
        epochUrl(this.#place.base, epoch),
        `${this.path}.restored`,
        options,
      )
      assert.ok(txid)
      renameSync(`${this.path}.restored`, this.path)
      this.#state = { epoch, txid }
      return 'restored'
    }
    const file = openSync(this.path, 'r+')
    try {
      for (const { name } of changes) {
        const bytes = await store.bytes(name)
        assert.ok(bytes, `${name} is gone`)
        applyLtx(file, bytes)
      }
    } finally {
      closeSync(file)
    }
    this.#state = { epoch, txid: newest }
    return 'changes'
  }

  /** Leads the first epoch, with a database of its own. */
  async begin(epoch: number): Promise<void> {
    this.#table = Table.open(this.path, this.#place.pageSize)
    this.table.insert('first')
    await this.#register(epoch)
  }

  /**
   * Leads an epoch that continues another: with a copy made by the bucket, and the file that is there.
   *
   * @returns how the file was brought to the copy, and how many bytes were uploaded until the first
   *   acknowledgement
   */
  async continue(from: number, epoch: number) {
    const startMs = performance.now()
    const store = openStore(this.#place.base)
    const copied = await copyEpoch(store, from, epoch)
    const how = await this.bring(epoch)
    assert.equal(this.#state?.txid, copied.txid)
    this.#table = Table.open(this.path, this.#place.pageSize)
    this.#begunWith = this.table.contents[0] ?? 0n
    this.table.insert(`leads ${epoch}`)
    assert.equal(beginAt(this.path, copied.txid, Date.now()), null)
    await this.#register(epoch)
    // Each snapshot has its time, and is no part of the handover.
    const single = ltxFilesIn(await store.list(`${epochName(epoch)}/ltx/0/`))
    const uploaded = single.filter(({ min }) => min > copied.txid)
    const bytes = uploaded.reduce((sum, { size }) => sum + size, 0)
    return { how, copied, uploaded: bytes, ms: Math.round(performance.now() - startMs) }
  }

  /** Resolves once all that is in the table is in the bucket. */
  acknowledge = async (): Promise<void> => {
    const { table } = this
    const acknowledged = table.contents.length - 1
    assert.ok(this.#process)
    await this.#process.litestream.sync(this.path, syncMs)
    table.acknowledged = acknowledged
  }

  /** Steps down, and keeps the file: it is what the bucket has. */
  async stepDown(): Promise<void> {
    assert.ok(this.#process)
    const { litestream, end } = this.#process
    await this.acknowledge()
    const { txid } = await litestream.sync(this.path, syncMs)
    await litestream.unregister(this.path, 30_000, syncMs)
    await end('SIGTERM')
    this.table.close()
    this.#state = { epoch: this.#epoch, txid }
  }

  /** Ends between two moments: what was not acknowledged may be in the bucket, or not. */
  async crash(): Promise<void> {
    await this.#process?.end('SIGKILL')
    this.#table?.close()
    this.#state = null
  }

  async #register(epoch: number): Promise<void> {
    this.#epoch = epoch
    this.#process = await startLitestream(this.#place)
    await this.#process.litestream.register(this.path, epochUrl(this.#place.base, epoch), 5_000)
    await this.acknowledge()
  }
}

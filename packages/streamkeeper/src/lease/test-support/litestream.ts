import { ltxName } from '../../litestream/ltx/format.ts'
import { type LtxFile, ltxFilesIn } from '../../litestream/ltx-files.ts'
import { epochName } from '../../stores/epochs.ts'
import type { MemoryStore } from '../../test-tools/memory-store.ts'
import { allOf, type Changes, compacted, type Pages, type Transaction } from './pages.ts'
import type { Network } from './unreliable-store.ts'
import type { Owner, World } from './world.ts'

type Parts = { world: World; store: MemoryStore; network: Network; owner: Owner }

/**
 * Litestream as it replicates one file to one epoch. What it has sent arrives whatever happens to
 * whoever sent it, and no lease is looked at.
 */
export class Litestream {
  readonly #parts: Parts
  readonly #folder: string
  #transactions: Transaction[] = []
  #uploadedTxid: number

  /** @param txid the state that the file is at: 0 where all of it has to be uploaded */
  constructor(parts: Parts, epoch: number, txid: number) {
    this.#parts = parts
    this.#folder = `${epochName(epoch)}/ltx`
    this.#uploadedTxid = txid
  }

  get txid(): number {
    return this.#transactions.at(-1)?.txid ?? this.#uploadedTxid
  }

  get uploadedTxid(): number {
    return this.#uploadedTxid
  }

  /** Takes note of what was written to the file. */
  note(changes: Changes): void {
    this.#transactions.push({ txid: this.txid + 1, changes })
  }

  /** Resolves once all that was noted before is in the bucket. */
  upload(): Promise<void> {
    const sent = [...this.#transactions]
    const { txid } = this
    const { world, owner } = this.#parts
    return new Promise((resolve, reject) => {
      world.at(world.now + 20_000, () => reject(new Error('no answer')), owner)
      this.#send(async () => {
        const position = newestIn(await this.#list(), 0)
        // It takes the bucket's newest file of level 0 for its position, and says that all is there.
        if (position > txid) return reject(new Error('another writer'))
        const missing = sent.filter((transaction) => transaction.txid > position)
        const [first] = missing
        if (first && first.txid !== position + 1) return reject(new Error('a gap'))
        for (const { txid, changes } of missing) await this.#put(0, txid, txid, changes)
        this.#answer(() => {
          this.#uploadedTxid = Math.max(this.#uploadedTxid, txid)
          this.#transactions = this.#transactions.filter((sent) => sent.txid > txid)
          resolve()
        })
      })
    })
  }

  /** Makes one file of level 1 of those of level 0, and removes them a moment later. */
  compact(): void {
    this.#send(async () => {
      const files = await this.#list()
      const from = newestIn(files, 1)
      const run = runOf(files, from)
      const [first, last] = [run[0], run.at(-1)]
      if (!first || !last || run.length < 2) return
      const contents = await Promise.all(run.map(({ name }) => this.#read(name)))
      await this.#put(1, first.min, last.max, compacted(contents))
      this.#send(() => this.#remove(0, last.max))
    })
  }

  /** Uploads all pages, and removes a moment later what that makes needless. */
  snapshot(pages: Pages): void {
    const [txid, changes] = [this.txid, allOf(pages)]
    this.#send(async () => {
      if (newestIn(await this.#list(), 0) < txid) return
      await this.#put(9, 1, txid, changes)
      for (const level of [0, 1]) this.#send(() => this.#remove(level, txid))
    })
  }

  // Never the newest of level 0, which is its position.
  async #remove(level: number, covered: number): Promise<void> {
    const files = await this.#list()
    const position = newestIn(files, 0)
    for (const file of files) {
      const isPosition = level === 0 && file.max === position
      if (file.level === level && file.max <= covered && !isPosition) {
        await this.#parts.store.remove(file.name)
      }
    }
  }

  async #list(): Promise<LtxFile[]> {
    return ltxFilesIn(await this.#parts.store.list(`${this.#folder}/`))
  }

  async #read(name: string): Promise<Changes> {
    return JSON.parse((await this.#parts.store.read(name))?.body ?? '')
  }

  async #put(level: number, min: number, max: number, changes: Changes): Promise<void> {
    const { store } = this.#parts
    const name = `${this.#folder}/${level}/${ltxName(min, max)}`
    const there = await store.read(name)
    await store.write(name, JSON.stringify(changes), there?.generation ?? null)
  }

  #send(arrive: () => Promise<void>): void {
    const { world, network } = this.#parts
    if (network.isDown || world.random() < network.lossiness) return
    world.at(world.now + world.delay(2 * network.mostMs), arrive)
  }

  #answer(run: () => void): void {
    const { world, network, owner } = this.#parts
    world.at(world.now + world.delay(network.mostMs), run, owner)
  }
}

function newestIn(files: readonly LtxFile[], level: number): number {
  return Math.max(0, ...files.filter((file) => file.level === level).map(({ max }) => max))
}

/** The files of level 0 that follow each other, from the first after a transaction on. */
function runOf(files: readonly LtxFile[], txid: number): LtxFile[] {
  const after = files.filter(({ level, min }) => level === 0 && min > txid)
  const run: LtxFile[] = []
  for (const file of after.toSorted((a, b) => a.min - b.min)) {
    const last = run.at(-1)
    if (last && file.min !== last.max + 1) break
    run.push(file)
  }
  return run
}

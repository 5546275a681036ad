import { isDeepStrictEqual } from 'node:util'
import { CantContinue } from '../../litestream/copy-epoch.ts'
import type { Store } from '../../stores/store.ts'
import type { MemoryStore } from '../../test-tools/memory-store.ts'
import { inRestorable } from '../continues.ts'
import { Lease } from '../lease.ts'
import type { LeaseObject } from '../lease-object.ts'
import { Clocks } from './clocks.ts'
import { asItWas, copying, resuming } from './copying.ts'
import { Litestream } from './litestream.ts'
import { LocalFile } from './local-file.ts'
import { allOf } from './pages.ts'
import type { Rules } from './rules.ts'
import { type Network, unreliableStore } from './unreliable-store.ts'
import type { Owner, World } from './world.ts'

/** What everybody was told, checked as it happens. */
export type Observer = {
  acknowledged: Set<number>
  /** How many leaderships began with a copy that the bucket made. */
  continued: number
  isNewestEpoch: (epoch: number) => Promise<boolean>
  violations: string[]
}

// What nobody waits for is counted in a page that there always is.
const countPlace = 0

type Parts = {
  world: World
  store: MemoryStore
  network: Network
  observer: Observer
  rules: Rules
}

/** An instance that leads whenever it can, and writes all the time. */
export class Instance implements Owner {
  frozenUntil = 0
  isDead = false
  leads = 0
  readonly clocks: Clocks
  readonly #parts: Parts
  readonly #store: Store
  readonly #lease: Lease
  readonly #file = new LocalFile()
  #listed: Store | null = null
  #uploadsNext = false
  static #ids = 0

  constructor(name: string, parts: Parts) {
    this.#parts = parts
    this.#store = unreliableStore(parts.store, parts.world, parts.network, this)
    const me = { id: name, service: 's', revision: 'r', instance: name }
    this.clocks = new Clocks(parts.world)
    let tokens = 0
    this.#lease = new Lease(this.#store, 'model', me, {
      clock: this.clocks.holding,
      waitClock: this.clocks.waiting,
      token: () => `${name} ${++tokens}`,
    })
  }

  async run(): Promise<void> {
    const { world } = this.#parts
    while (!this.isDead) {
      await this.#lead().catch(() => {})
      await this.#sleep(world.delay(2_000))
    }
  }

  async #lead(): Promise<void> {
    const { rules, world } = this.#parts
    const store = this.#listed ?? this.#store
    if (!rules.listAfterAcquiring) this.#listed = await asItWas(this.#store)
    const { acquired, epoch, before } = await this.#lease.acquire()
    if (!acquired) {
      if (world.random() < 0.3) await this.#lease.requestHandover()
      else if (world.random() < 0.2) await this.#bring(this.#store, before.lease)
      return
    }
    this.leads++
    const litestream = await this.#begin(store, before.lease, epoch)
    await this.#checkFile(epoch)
    if (!rules.copyBeforeWriting) this.#resumeLater(before.lease, epoch)
    await this.#serve(epoch, litestream).finally(() => this.#keepFile(epoch, litestream))
  }

  async #begin(store: Store, lease: LeaseObject, epoch: number): Promise<Litestream> {
    const isInDoubt = this.#parts.world.random() < 0.1
    if (lease.restorable === 0 || isInDoubt || this.#uploadsNext) {
      this.#uploadsNext = false
      return this.#upload(store, lease, epoch)
    }
    try {
      return await this.#continue(store, lease, epoch)
    } catch (error) {
      // What was asked of the bucket may still take effect, so the upload has another number.
      if (error instanceof CantContinue) {
        this.#uploadsNext = true
        await this.#lease.release()
      }
      throw error
    }
  }

  /** Begins with a copy that the bucket makes, and with the file brought to where that ends. */
  async #continue(store: Store, lease: LeaseObject, epoch: number): Promise<Litestream> {
    const { rules, world, observer } = this.#parts
    if (!rules.restorableAfterCopy) await this.#lease.publishEpoch(world.now, { continued: true })
    // Side by side, as what is listed twice may differ.
    if (world.random() < 0.5) await this.#bring(store, lease).catch(() => {})
    const { txid } = await this.#copied(store, lease, epoch)
    const { restorable, reached } = lease
    const isBehind = reached?.epoch === restorable && txid < reached.txid
    if (isBehind && rules.listAfterAcquiring) throw new Error('behind')
    if (rules.bringFileToCopy || !this.#file.state) {
      await this.#file.bring(this.#store, epoch, this.#known(lease), txid)
    }
    if (world.random() < 0.1) throw new CantContinue('in doubt')
    const begunWith = { epoch: restorable, txid }
    const done = await this.#lease.publishEpoch(world.now, { begunWith, continued: true })
    if (!done) throw new Error('lost')
    observer.continued++
    return new Litestream({ ...this.#parts, owner: this }, epoch, txid)
  }

  async #copied(store: Store, lease: LeaseObject, epoch: number) {
    const { rules, world } = this.#parts
    for (;;) {
      try {
        return await copying(store, lease.restorable, epoch, rules)
      } catch (error) {
        if (error instanceof CantContinue || (await this.#lease.renew()) === 'lost') throw error
        await this.#sleep(world.delay(1_000))
      }
    }
  }

  /** Begins with an upload of all pages. */
  async #upload(store: Store, lease: LeaseObject, epoch: number): Promise<Litestream> {
    const { world } = this.#parts
    if (lease.restorable > 0) await this.#bring(store, lease)
    const begunWith = this.#file.state
    const litestream = new Litestream({ ...this.#parts, owner: this }, epoch, 0)
    litestream.note(allOf(this.#file.pages))
    await litestream.upload()
    if (!(await this.#lease.publishEpoch(world.now, { begunWith }))) throw new Error('lost')
    return litestream
  }

  #resumeLater({ restorable }: LeaseObject, epoch: number): void {
    const { world } = this.#parts
    const resume = () => resuming(this.#store, restorable, epoch).catch(() => {})
    if (restorable > 0) world.at(world.now + 5_000, resume, this)
  }

  /** Brings the file to the newest state of the restorable epoch. */
  async #bring(store: Store, lease: LeaseObject): Promise<void> {
    if (lease.restorable > 0) {
      await this.#file.bring(store, lease.restorable, this.#known(lease))
    }
  }

  #known(lease: LeaseObject) {
    const { state } = this.#file
    if (!state || this.#parts.rules.checkLineage) return state && inRestorable(lease, state)
    return { ...state, epoch: lease.restorable }
  }

  async #serve(epoch: number, litestream: Litestream): Promise<void> {
    const { world, rules } = this.#parts
    // However many want the lease, who has it gets something done.
    await this.#write(epoch, litestream).catch(() => {})
    for (;;) {
      await this.#sleep(world.delay(1_500))
      const kept = await this.#lease.renew().catch(() => 'unknown')
      if (kept === 'lost') return
      if (kept === 'wanted') {
        const written = this.#file.pages.flatMap((entry) => entry ?? [])
        if (rules.syncBeforeRelease) await litestream.upload()
        await this.#lease.release()
        if (!rules.syncBeforeRelease) await this.#acknowledge(written, epoch)
        return
      }
      if (this.#lease.isValid && world.random() < 0.3) this.#writeAndGoOn(litestream)
      if (this.#lease.isValid) await this.#write(epoch, litestream)
      if (world.random() < 0.2) litestream.compact()
      if (world.random() < 0.05) litestream.snapshot(this.#file.pages)
    }
  }

  // Nobody waits for it: Litestream uploads it by itself, whatever has become of the lease.
  #writeAndGoOn(litestream: Litestream): void {
    const { world } = this.#parts
    this.#change(litestream, countPlace)
    world.at(world.now + 1_000, () => litestream.upload().catch(() => {}), this)
  }

  #change(litestream: Litestream, place: number): number {
    const { pages } = this.#file
    const id = ++Instance.#ids
    pages[place] = id
    this.#file.state = null
    litestream.note({ pages: [[place, id]], commit: pages.length })
    return id
  }

  async #write(epoch: number, litestream: Litestream): Promise<void> {
    const { rules } = this.#parts
    const id = this.#change(litestream, this.#file.pages.length)
    const mayAcknowledge = this.#lease.canAcknowledge
    if (rules.syncBeforeAcknowledging) {
      await litestream.upload()
      this.#lease.noteReached({ epoch, txid: litestream.uploadedTxid })
    }
    const mayTell = rules.checkLeaseAfterSync ? await this.#canAcknowledge() : mayAcknowledge
    if (mayTell) await this.#acknowledge([id], epoch)
  }

  // One that has run out is renewed, where nobody has led since.
  async #canAcknowledge(): Promise<boolean> {
    if (this.#lease.canAcknowledge) return true
    await this.#lease.renew().catch(() => {})
    return this.#lease.canAcknowledge || !this.#parts.rules.checkLeaseAfterRenewal
  }

  // What it has written after that was never acknowledged, and is in no bucket.
  #keepFile(epoch: number, { txid, uploadedTxid }: Litestream): void {
    const isInBucket = uploadedTxid === txid || !this.#parts.rules.unsyncedIsNoBase
    this.#file.state = isInBucket ? { epoch, txid: uploadedTxid } : null
  }

  async #checkFile(epoch: number): Promise<void> {
    const { store, observer } = this.#parts
    const { acknowledged, violations } = observer
    const there = new Set(this.#file.pages)
    const lost = [...acknowledged].filter((id) => !there.has(id))
    if (lost.length > 0) violations.push(`epoch ${epoch} begins without ${lost.join(', ')}`)
    const restored = new LocalFile()
    await restored.bring(store, epoch, null).catch((error) => violations.push(`${epoch}: ${error}`))
    if (!isDeepStrictEqual(restored.pages, this.#file.pages)) {
      violations.push(`epoch ${epoch} begins with a file that is not what the bucket has`)
    }
  }

  async #acknowledge(ids: number[], epoch: number): Promise<void> {
    const { acknowledged, violations, isNewestEpoch } = this.#parts.observer
    if (!(await isNewestEpoch(epoch))) {
      violations.push(`epoch ${epoch} acknowledges after another has begun`)
    }
    for (const id of ids) acknowledged.add(id)
  }

  #sleep(ms: number): Promise<void> {
    return this.#parts.world.sleep(ms, this)
  }
}

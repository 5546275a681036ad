import type { MemoryStore } from '../../store/memory-store.ts'
import type { Lease } from '../lease.ts'
import { Clocks } from './clocks.ts'
import { type Network, unreliableStore } from './unreliable-store.ts'
import type { Owner, World } from './world.ts'

/** The rules that an instance follows besides the lease's own; a mutant breaks one. */
export type Rules = {
  syncBeforeAcknowledging: boolean
  checkLeaseAfterSync: boolean
  syncBeforeRelease: boolean
  restoreAfterAcquiring: boolean
}

export const allRules: Rules = {
  syncBeforeAcknowledging: true,
  checkLeaseAfterSync: true,
  syncBeforeRelease: true,
  restoreAfterAcquiring: true,
}

/** What Litestream keeps in the bucket: for each epoch the entry at each position. */
export type Replicas = Map<number, number[]>

/** What everybody was told, checked as it happens. */
export type Observer = {
  acknowledged: Set<number>
  isNewestEpoch: (epoch: number) => Promise<boolean>
  violations: string[]
}

type LeaseClass = typeof Lease

/** An instance that leads whenever it can, and writes all the time. */
export class Instance implements Owner {
  frozenUntil = 0
  isDead = false
  leads = 0
  readonly clocks: Clocks
  readonly #world: World
  readonly #network: Network
  readonly #replicas: Replicas
  readonly #observer: Observer
  readonly #rules: Rules
  readonly #lease: Lease
  #entries: number[] = []
  static #ids = 0

  constructor(
    name: string,
    LeaseOf: LeaseClass,
    parts: {
      world: World
      store: MemoryStore
      network: Network
      replicas: Replicas
      observer: Observer
      rules: Rules
    },
  ) {
    this.#world = parts.world
    this.#network = parts.network
    this.#replicas = parts.replicas
    this.#observer = parts.observer
    this.#rules = parts.rules
    const store = unreliableStore(parts.store, parts.world, parts.network, this)
    const me = { id: name, service: 's', revision: 'r', instance: name }
    this.clocks = new Clocks(parts.world)
    let tokens = 0
    this.#lease = new LeaseOf(store, 'model', me, {
      clock: this.clocks.holding,
      waitClock: this.clocks.waiting,
      token: () => `${name} ${++tokens}`,
    })
  }

  async run(): Promise<void> {
    while (!this.isDead) {
      await this.#lead().catch(() => {})
      await this.#sleep(this.#world.delay(2_000))
    }
  }

  async #lead(): Promise<void> {
    const early = this.#rules.restoreAfterAcquiring ? null : await this.#restore()
    const { acquired, epoch, before } = await this.#lease.acquire()
    if (!acquired) {
      if (this.#world.random() < 0.3) await this.#lease.want()
      return
    }
    this.leads++
    this.#entries = early ?? (await this.#restore(before.lease.restorable))
    await this.#upload(epoch)
    await this.#lease.markRestorable(this.#world.now)
    await this.#serve(epoch)
  }

  async #serve(epoch: number): Promise<void> {
    // However many want the lease, who has it gets something done.
    await this.#write(epoch).catch(() => {})
    for (;;) {
      await this.#sleep(this.#world.delay(1_500))
      const kept = await this.#lease.keep().catch(() => 'unknown')
      if (kept === 'lost') return
      if (kept === 'wanted') {
        const written = this.#entries.length > 0 ? [...this.#entries] : []
        if (this.#rules.syncBeforeRelease) await this.#upload(epoch)
        await this.#lease.release()
        if (!this.#rules.syncBeforeRelease) this.#acknowledge(written, epoch)
        return
      }
      if (this.#lease.isValid) await this.#write(epoch)
    }
  }

  async #write(epoch: number): Promise<void> {
    const id = ++Instance.#ids
    this.#entries.push(id)
    const vouched = this.#lease.canVouch
    if (this.#rules.syncBeforeAcknowledging) await this.#upload(epoch)
    const mayTell = this.#rules.checkLeaseAfterSync ? this.#lease.canVouch : vouched
    if (mayTell) await this.#acknowledge([id], epoch)
  }

  async #acknowledge(ids: number[], epoch: number): Promise<void> {
    if (!(await this.#observer.isNewestEpoch(epoch))) {
      this.#observer.violations.push(`epoch ${epoch} acknowledges after another has begun`)
    }
    for (const id of ids) this.#observer.acknowledged.add(id)
  }

  async #restore(epoch?: number): Promise<number[]> {
    const { lease } = epoch === undefined ? await this.#lease.look() : { lease: null }
    const found = [...(this.#replicas.get(epoch ?? lease?.restorable ?? 0) ?? [])]
    // What it has listed is what it downloads, however long that takes.
    await this.#sleep(this.#world.delay(5_000))
    return found
  }

  // Each entry goes to its position, as a transaction goes to its file; it arrives whatever happens
  // to whoever sent it.
  #upload(epoch: number): Promise<void> {
    const sent = [...this.#entries]
    return new Promise((resolve, reject) => {
      this.#world.at(this.#world.now + 20_000, () => reject(new Error('no answer')), this)
      if (this.#network.isDown || this.#world.random() < this.#network.lossiness) return
      this.#world.at(this.#world.now + this.#world.delay(2 * this.#network.mostMs), () => {
        const there = this.#replicas.get(epoch) ?? []
        this.#replicas.set(epoch, [...sent, ...there.slice(sent.length)])
        this.#world.at(this.#world.now + this.#world.delay(this.#network.mostMs), resolve, this)
      })
    })
  }

  #sleep(ms: number): Promise<void> {
    return this.#world.sleep(ms, this)
  }
}

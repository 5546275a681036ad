import type { Store, Stored } from '../../stores/store.ts'
import type { MemoryStore } from '../../test-tools/memory-store.ts'
import type { Owner, World } from './world.ts'

/**
 * How the network behaves: a request, or its answer, is late or lost with some likelihood. The store's
 * times are in whole seconds, as those of Cloud Storage, and of two machines.
 */
export type Network = { lossiness: number; mostMs: number; skewMs: number; isDown: boolean }

const deadlineMs = 4_000
const attemptMs = 1_500

/** The store as an instance sees it: a write whose answer is lost may have taken effect, or will yet. */
export function unreliableStore(
  store: MemoryStore,
  world: World,
  network: Network,
  owner: Owner,
): Store {
  return {
    read: (name) => call(() => read(name)),
    write: (name, body, ifGeneration) => call(() => store.write(name, body, ifGeneration)),
    peek: (name) => again(() => store.peek(name)),
    bytes: (name) => again(() => store.bytes(name)),
    each: (name, take) => again(() => store.each(name, take)),
    copy: (from, to) => again(() => store.copy(from, to)),
    list: (...names) => again(() => store.list(...names)),
    details: (objects) => again(() => store.details(objects)),
    proveConditions: () => again(() => store.proveConditions()),
    remove: (prefix) => again(() => store.remove(prefix)),
  }

  async function read(name: string): Promise<Stored | null> {
    const stored = await store.read(name)
    if (!stored) return null
    const { updatedAt, storeNow } = stored
    const inSeconds = (ms: number) => Math.floor(ms / 1_000) * 1_000
    const now = inSeconds(storeNow + network.skewMs)
    return { ...stored, updatedAt: inSeconds(updatedAt), storeNow: now }
  }

  // What may be done twice is, while there is time. So each attempt may arrive, and at any time.
  async function again<T>(run: () => Promise<T>): Promise<T> {
    for (const end = world.now + deadlineMs; ; ) {
      try {
        return await call(run, Math.min(attemptMs, end - world.now))
      } catch (error) {
        if (world.now >= end) throw error
      }
    }
  }

  function call<T>(run: () => Promise<T>, withinMs = deadlineMs): Promise<T> {
    return new Promise((resolve, reject) => {
      world.at(world.now + withinMs, () => reject(new Error('no answer')), owner)
      if (network.isDown || world.random() < network.lossiness) return
      // It arrives even where whoever sent it is frozen or dead by then.
      world.at(world.now + world.delay(network.mostMs), async () => {
        const result = await run()
        if (world.random() < network.lossiness) return
        world.at(world.now + world.delay(network.mostMs), () => resolve(result), owner)
      })
    })
  }
}

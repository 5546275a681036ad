/** An object as the store has it; times are in milliseconds since 1970 by the store's own clock. */
export type Stored = {
  body: string
  /** Another for each write of the object. */
  generation: string
  updatedAt: number
  /** The store's time when it answered. */
  storeNow: number
}

/** An object in a list. */
export type Listed = {
  name: string
  /** In bytes. */
  size: number
  /**
   * When Litestream took note of the newest change that is in it; for what Litestream didn't write,
   * when it was written. In milliseconds since 1970. The lists of S3 tell when it was written or copied
   * instead, which is later: {@link Store.details}.
   */
  at: number
  /**
   * Objects of which it is the same have the same content; null where the store doesn't tell. In S3 a
   * copy may have another one than its original: {@link Store.details}.
   */
  checksum: string | null
}

/** How an object begins, and its size in bytes. */
export type Peeked = { start: string; size: number }

export type Written = { outcome: 'written'; generation: string } | { outcome: 'conflict' }

/**
 * Small objects below the replica URL, one of which, `lease.json`, is changed by compare-and-swap.
 * Names are relative to that URL. Every call has a deadline, and throws a `ReplicationProblem` when
 * the store doesn't do what it is asked.
 */
export interface Store {
  /** @returns null if there is no such object */
  read(name: string): Promise<Stored | null>

  /**
   * Replaces the object if it is still at `ifGeneration`; null creates it if there is none. An
   * outcome that is unknown, as the answer was lost, is settled by reading the object back: so two
   * bodies must never be the same.
   *
   * @throws {ReplicationProblem} if it can't be settled in time: the write may still take effect
   */
  write(name: string, body: string, ifGeneration: string | null): Promise<Written>

  /**
   * The first bytes of an object, and how large all of it is, as the answer says.
   *
   * @returns null if there is no such object
   */
  peek(name: string): Promise<Peeked | null>

  /**
   * All of an object.
   *
   * @returns null if there is no such object
   */
  bytes(name: string): Promise<Buffer | null>

  /**
   * Hands over all of an object as it comes, whatever its size.
   *
   * @param take must not throw: {@link takeAll} is for one that may
   * @param signal aborts it
   * @returns false if there is no such object
   */
  each(name: string, take: (bytes: Buffer) => void, signal?: AbortSignal): Promise<boolean>

  /**
   * Copies an object inside the store, with its time; a target that is there is replaced. Where it
   * throws, the copy may still take effect.
   *
   * @returns false if there is no such object
   */
  copy(from: string, to: string): Promise<boolean>

  /**
   * All objects whose names begin with `prefix`, in any order.
   *
   * @param from leaves out those whose names come before it, which costs nothing then
   */
  list(prefix: string, from?: string): Promise<Listed[]>

  /** The same objects, with what a list may lack. Where lists tell all, it asks nothing. */
  details<T extends Listed>(objects: readonly T[]): Promise<T[]>

  /**
   * Tries whether a write can be conditional, as a lease needs it; {@link Store.write} does so first, too.
   *
   * @throws {ReplicationProblem} `no-conditional-writes`
   */
  proveConditions(): Promise<void>

  /** Removes all objects whose names begin with `prefix`; it is no error if there are none. */
  remove(prefix: string): Promise<void>
}

/**
 * Hands over all of an object as it comes.
 *
 * @returns false if there is no such object
 * @throws what `take` has thrown, which is told nothing more then
 */
export async function takeAll(
  store: Pick<Store, 'each'>,
  name: string,
  take: (bytes: Buffer) => void,
  signal?: AbortSignal,
): Promise<boolean> {
  let failed: unknown = null
  const takeMore = (bytes: Buffer) => {
    if (failed) return
    try {
      take(bytes)
    } catch (error) {
      failed = error
    }
  }
  const isThere = await store.each(name, takeMore, signal)
  if (failed) throw failed
  return isThere
}

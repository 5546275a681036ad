import type { LeaseObject } from '../lease/lease-object.ts'
import { bucket, FakeCloudStorage } from './fake-cloud-storage.ts'
import { type Fault, FaultyProxy } from './faulty-proxy.ts'
import { freePort, hostFromContainer } from './ports.ts'
import type { ProgramName } from './s3-programs.ts'
import { S3Server } from './s3-server.ts'

/** What keeps a bucket: a fake Cloud Storage, or a server that speaks S3. */
export type StorageName = 'cloud-storage' | ProgramName

type Storage = FakeCloudStorage | S3Server

/** A bucket in a storage of its own, behind a proxy that can fail. */
export class FaultyBucket {
  readonly replicaUrl: string
  readonly #storage: Storage
  readonly #proxy: FaultyProxy

  protected constructor(storage: Storage, proxy: FaultyProxy) {
    this.replicaUrl = `${storage instanceof S3Server ? 's3' : 'gs'}://${bucket}/app`
    this.#storage = storage
    this.#proxy = proxy
  }

  static async start(name?: StorageName): Promise<FaultyBucket> {
    return new FaultyBucket(...(await FaultyBucket.startParts(name)))
  }

  protected static async startParts(
    name: StorageName = 'cloud-storage',
  ): Promise<[Storage, FaultyProxy]> {
    const port = await freePort()
    const host = `${hostFromContainer}:${port}`
    const storage = await (name === 'cloud-storage'
      ? FakeCloudStorage.start(host)
      : S3Server.start(name, host))
    const proxy = new FaultyProxy(port, Number(storage.host.split(':')[1]))
    await proxy.mend()
    return [storage, proxy]
  }

  /** What a process, or a container, needs to find it. */
  get environment(): Record<string, string> {
    return this.#storage.environment
  }

  /** Has `told` told of each write that was answered, with when it began by `performance.now()`. */
  watchWrites(told: (url: string, startMs: number) => void): void {
    this.#proxy.onWrite = told
  }

  cut = () => this.#proxy.cut()
  mend = () => this.#proxy.mend()
  inject = (fault: Fault | null) => this.#proxy.inject(fault)

  objects = () => this.#storage.objects()
  overwrite = (object: string, body: string | Uint8Array<ArrayBuffer>) =>
    this.#storage.overwrite(object, body)
  remove = (object: string) => this.#storage.remove(object)

  /** What the objects whose names begin with `prefix` hold, byte for byte. */
  async contents(prefix: string): Promise<Record<string, string>> {
    const names = (await this.objects()).filter((object) => object.startsWith(prefix))
    const read = async (object: string) =>
      [object, (await this.#storage.read(object))?.toString('base64') ?? ''] as const
    return Object.fromEntries(await Promise.all(names.map(read)))
  }

  /** What the lease says, as the next instance would read it. */
  async lease(): Promise<LeaseObject | null> {
    const content = await this.#storage.read('app/lease.json')
    return content && JSON.parse(content.toString())
  }

  /** How many requests there were so far. */
  get counts(): { write: number; list: number; read: number } {
    return { ...this.#proxy.counts }
  }

  /** How many bytes there were so far, to the bucket and from it. */
  get bytes(): { up: number; down: number } {
    return { ...this.#proxy.bytes }
  }

  async stop(): Promise<void> {
    await this.#proxy.cut()
    await this.#storage[Symbol.asyncDispose]()
  }
}

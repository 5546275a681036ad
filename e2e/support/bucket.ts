import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { listEntries } from '../../db/entries.ts'
import { openDatabase } from '../../db/test-support.ts'
import { countVisits } from '../../db/visits.ts'
import type { LeaseObject } from '../../packages/streamkeeper/src/lease/lease-object.ts'
import { epochName } from '../../packages/streamkeeper/src/stores/epochs.ts'
import { required } from './environment.ts'
import { type Fault, FaultyProxy } from './faulty-proxy.ts'
import { freePort, hostFromContainer } from './ports.ts'

const run = promisify(execFile)
const name = 'visits'

/** A bucket in a fake Cloud Storage of its own, behind a proxy that can fail. */
export class Bucket {
  readonly replicaUrl = `gs://${name}/app`
  readonly #server: ChildProcess
  readonly #api: string
  readonly #proxy: FaultyProxy

  private constructor(server: ChildProcess, api: string, proxy: FaultyProxy) {
    this.#server = server
    this.#api = api
    this.#proxy = proxy
  }

  static async start(): Promise<Bucket> {
    const [port, proxyPort] = [await freePort(), await freePort()]
    const publicHost = `${hostFromContainer}:${proxyPort}`
    const server = spawn(
      required('FAKE_GCS_SERVER'),
      ['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)].concat(
        ['-public-host', publicHost, '-external-url', `http://${publicHost}`],
      ),
      { stdio: 'ignore' },
    )
    const bucket = new Bucket(server, `http://127.0.0.1:${port}`, new FaultyProxy(proxyPort, port))
    await bucket.#proxy.mend()
    await expect(() => bucket.#create()).toPass()
    return bucket
  }

  /** What a container needs to find it. */
  get environment(): Record<string, string> {
    return { STORAGE_EMULATOR_HOST: `${hostFromContainer}:${this.#proxy.port}` }
  }

  /** Has `told` told of each write that was answered, with when it began by `performance.now()`. */
  watchWrites(told: (url: string, startMs: number) => void): void {
    this.#proxy.onWrite = told
  }

  cut = () => this.#proxy.cut()
  mend = () => this.#proxy.mend()
  inject = (fault: Fault | null) => this.#proxy.inject(fault)

  /** Puts a database there as an earlier run of the app would have left it. */
  async seed(change: (database: ReturnType<typeof openDatabase>) => void): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'visits-'))
    try {
      const path = join(folder, 'app.db')
      const database = openDatabase(path)
      change(database)
      database.$client.close()
      await this.#litestream('replicate', '-once', path, `${this.replicaUrl}/epoch-00000001`)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  async objects(): Promise<string[]> {
    const response = await fetch(`${this.#api}/storage/v1/b/${name}/o`)
    const { items = [] } = (await response.json()) as { items?: { name: string }[] }
    return items.map((item) => item.name)
  }

  /** What the objects whose names begin with `prefix` hold, byte for byte. */
  async contents(prefix: string): Promise<Record<string, string>> {
    const names = (await this.objects()).filter((object) => object.startsWith(prefix))
    const read = async (object: string) => {
      const path = `/storage/v1/b/${name}/o/${encodeURIComponent(object)}?alt=media`
      const answer = await fetch(`${this.#api}${path}`)
      return [object, Buffer.from(await answer.arrayBuffer()).toString('base64')] as const
    }
    return Object.fromEntries(await Promise.all(names.map(read)))
  }

  async overwrite(object: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const query = `uploadType=media&name=${encodeURIComponent(object)}`
    const url = `${this.#api}/upload/storage/v1/b/${name}/o?${query}`
    expect((await fetch(url, { method: 'POST', body })).ok).toBe(true)
  }

  async remove(object: string): Promise<void> {
    const url = `${this.#api}/storage/v1/b/${name}/o/${encodeURIComponent(object)}`
    expect((await fetch(url, { method: 'DELETE' })).ok).toBe(true)
  }

  /** What a stranger with Litestream would restore from the bucket now. */
  async content(): Promise<{ visits: number; messages: string[] }> {
    const restorable = (await this.lease())?.restorable ?? 1
    // Whoever led was ended before anything was complete, or acknowledged.
    if (restorable === 0) return { visits: 0, messages: [] }
    const folder = await mkdtemp(join(tmpdir(), 'visits-'))
    const path = join(folder, 'app.db')
    try {
      const url = `${this.replicaUrl}/${epochName(restorable)}`
      await this.#litestream('restore', '-o', path, url)
      const database = openDatabase(path)
      const { entries } = await listEntries(database, { before: null, limit: 10_000 })
      const visits = (await countVisits(database, new Date())).total
      database.$client.close()
      return { visits, messages: entries.map((entry) => entry.message) }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  /** How many requests there were so far. */
  get counts(): { write: number; list: number; read: number } {
    return { ...this.#proxy.counts }
  }

  /** How many bytes there were so far, to the bucket and from it. */
  get bytes(): { up: number; down: number } {
    return { ...this.#proxy.bytes }
  }

  /** The median time of a small upload, in milliseconds. */
  async roundTripMs(): Promise<number> {
    const took: number[] = []
    const url = `http://${this.environment.STORAGE_EMULATOR_HOST}/upload/storage/v1/b/${name}/o`
    for (let number = 0; number < 21; number++) {
      const start = performance.now()
      const answer = await fetch(`${url}?uploadType=media&name=round-trip`, {
        method: 'POST',
        body: 'x'.repeat(500),
      })
      await answer.text()
      took.push(performance.now() - start)
    }
    return took.toSorted((a, b) => a - b)[10] ?? Number.NaN
  }

  async stop(): Promise<void> {
    await this.#proxy.cut()
    const exited = once(this.#server, 'exit')
    this.#server.kill('SIGKILL')
    await exited
  }

  /** What the lease says, as the next instance would read it. */
  async lease(): Promise<LeaseObject | null> {
    const object = encodeURIComponent('app/lease.json')
    const response = await fetch(`${this.#api}/storage/v1/b/${name}/o/${object}?alt=media`)
    return response.ok ? ((await response.json()) as LeaseObject) : null
  }

  async #litestream(...args: string[]): Promise<void> {
    const env = { ...process.env, ...this.environment }
    await run(required('LITESTREAM'), args, { env })
  }

  async #create(): Promise<void> {
    const url = `${this.#api}/storage/v1/b?project=test`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ name }) })
    expect(response.ok).toBe(true)
  }
}

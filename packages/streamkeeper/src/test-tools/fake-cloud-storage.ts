import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './ports.ts'

/** The name of the bucket. */
export const bucket = 'test'

/** A real HTTP server with Cloud Storage's API and an empty bucket in memory. */
export class FakeCloudStorage implements AsyncDisposable {
  readonly host: string
  /** What a process needs to find it. */
  readonly environment: Record<string, string>
  readonly #child: ChildProcess

  private constructor(host: string, publicHost: string, child: ChildProcess) {
    this.host = host
    this.environment = { STORAGE_EMULATOR_HOST: publicHost }
    this.#child = child
  }

  /** @param publicHost where clients find it, if not at its own `host` */
  static async start(publicHost?: string): Promise<FakeCloudStorage> {
    const program = process.env.FAKE_GCS_SERVER
    assert.ok(program, 'FAKE_GCS_SERVER must be the path of fake-gcs-server; `npm test` sets it')
    const port = await freePort()
    const host = `127.0.0.1:${port}`
    const known = publicHost ?? host
    const child = spawn(
      program,
      ['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)].concat(
        ['-public-host', known, '-external-url', `http://${known}`],
      ),
      { stdio: 'ignore' },
    )
    await once(child, 'spawn')
    const server = new FakeCloudStorage(host, known, child)
    while (!(await server.#create())) {
      assert.equal(child.exitCode, null, 'fake-gcs-server has ended')
      await sleep(10)
    }
    return server
  }

  /** A URL below which there is nothing. */
  emptyUrl(): string {
    return `gs://${bucket}/${crypto.randomUUID()}/app`
  }

  /** Puts an object there as Litestream does, which notes a time beside it. */
  async put(url: string, content: Buffer = Buffer.of(), at?: Date): Promise<void> {
    const metadata = at && { 'litestream-timestamp': at.toISOString() }
    const description = JSON.stringify({ name: url.slice(`gs://${bucket}/`.length), metadata })
    const part = (type: string) => `\r\n--part\r\ncontent-type: ${type}\r\n\r\n`
    const { ok } = await fetch(
      `http://${this.host}/upload/storage/v1/b/${bucket}/o?uploadType=multipart`,
      {
        method: 'POST',
        headers: { 'content-type': 'multipart/related; boundary=part' },
        body: Buffer.concat([
          Buffer.from(`${part('application/json')}${description}`),
          Buffer.from(part('application/octet-stream')),
          content,
          Buffer.from('\r\n--part--'),
        ]),
      },
    )
    assert.ok(ok)
  }

  async objects(): Promise<string[]> {
    const response = await fetch(`http://${this.host}/storage/v1/b/${bucket}/o`)
    const { items = [] } = (await response.json()) as { items?: { name: string }[] }
    return items.map(({ name }) => name)
  }

  /** What an object holds; null where there is none. */
  async read(object: string): Promise<Buffer | null> {
    const response = await fetch(`${this.#urlOf(object)}?alt=media`)
    return response.ok ? Buffer.from(await response.arrayBuffer()) : null
  }

  async overwrite(object: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const query = `uploadType=media&name=${encodeURIComponent(object)}`
    const url = `http://${this.host}/upload/storage/v1/b/${bucket}/o?${query}`
    assert.ok((await fetch(url, { method: 'POST', body })).ok)
  }

  async remove(object: string): Promise<void> {
    assert.ok((await fetch(this.#urlOf(object), { method: 'DELETE' })).ok)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  #urlOf(object: string): string {
    return `http://${this.host}/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`
  }

  async #create(): Promise<boolean> {
    const url = `http://${this.host}/storage/v1/b?project=test`
    const body = JSON.stringify({ name: bucket })
    const answer = await fetch(url, { method: 'POST', body }).catch(() => null)
    return answer?.ok === true
  }
}

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const bucket = 'visits'

/** A real HTTP server with Cloud Storage's API and an empty bucket in memory. */
export class FakeCloudStorage implements AsyncDisposable {
  readonly host: string
  readonly #child: ReturnType<typeof spawn>

  private constructor(host: string, child: ReturnType<typeof spawn>) {
    this.host = host
    this.#child = child
  }

  static async start(): Promise<FakeCloudStorage> {
    const program = process.env.FAKE_GCS_SERVER
    assert.ok(program, 'FAKE_GCS_SERVER must be the path of fake-gcs-server; `npm test` sets it')
    const port = await freePort()
    const host = `127.0.0.1:${port}`
    const child = spawn(
      program,
      ['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)].concat(
        ['-public-host', host, '-external-url', `http://${host}`],
      ),
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    await once(child, 'spawn')
    const server = new FakeCloudStorage(host, child)
    await once(createInterface(child.stderr), 'line')
    const url = `http://${host}/storage/v1/b?project=test`
    const { ok } = await fetch(url, { method: 'POST', body: JSON.stringify({ name: bucket }) })
    assert.ok(ok)
    return server
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

  /** A URL below which there is nothing. */
  emptyUrl(): string {
    return `gs://${bucket}/${crypto.randomUUID()}/app`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  await using server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return address.port
}

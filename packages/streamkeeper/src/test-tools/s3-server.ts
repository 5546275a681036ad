import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readPage } from '../stores/s3-answers.ts'
import { s3Credentials } from '../stores/s3-credentials.ts'
import { keyOf, nameOf } from '../stores/s3-names.ts'
import { readS3Settings, type S3Settings } from '../stores/s3-settings.ts'
import { bucket } from './fake-cloud-storage.ts'
import { freePort } from './ports.ts'

const keys = { AWS_ACCESS_KEY_ID: 'tests', AWS_SECRET_ACCESS_KEY: 'of no other use' }

/** A real server that speaks S3, with an empty bucket in a folder. */
export class S3Server implements AsyncDisposable {
  readonly host: string
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(host: string, child: ChildProcess, folder: string) {
    this.host = host
    this.#child = child
    this.#folder = folder
  }

  static async start(): Promise<S3Server> {
    const program = process.env.VERSITYGW
    assert.ok(program, 'VERSITYGW must be the path of versitygw; `npm test` sets it')
    const folder = mkdtempSync(join(tmpdir(), 'visits-s3-'))
    const host = `127.0.0.1:${await freePort()}`
    const data = join(folder, 'data')
    mkdirSync(data)
    const child = spawn(program, ['--port', host, '--keep-alive', '--quiet', 'posix', data], {
      stdio: 'ignore',
      env: {
        ...process.env,
        ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY,
      },
    })
    await once(child, 'spawn')
    const server = new S3Server(host, child, folder)
    while (!(await server.#create())) {
      assert.equal(child.exitCode, null, `${program} has ended`)
      await sleep(10)
    }
    return server
  }

  /** What a process needs to find it. */
  get environment(): Record<string, string> {
    return { ...keys, S3_ENDPOINT: `http://${this.host}`, AWS_CA_BUNDLE: '' }
  }

  get settings(): S3Settings {
    return readS3Settings(this.environment)
  }

  /** A URL below which there is nothing. */
  emptyUrl(): string {
    return `s3://${bucket}/${crypto.randomUUID()}/app`
  }

  /** Puts an object there as Litestream does, which notes a time beside it. */
  async put(url: string, content: Buffer = Buffer.of(), at?: Date): Promise<void> {
    const [, folder = '', name = ''] = /^s3:\/\/[^/]+\/([^/]+\/app\/)(.*)$/.exec(url) ?? []
    const noted = at && { 'x-amz-meta-litestream-timestamp': at.toISOString() }
    const { ok } = await this.#ask('PUT', `${folder}${keyOf(name)}`, { content, headers: noted })
    assert.ok(ok)
  }

  /** By the names that they have in every store. */
  async objects(): Promise<string[]> {
    const answer = await this.#ask('GET', '?list-type=2&encoding-type=url')
    return readPage(await answer.text()).items.map(({ name }) => {
      return `app/${nameOf(name.replace(/^app\//, ''))}`
    })
  }

  /** What an object holds; null where there is none. */
  async read(object: string): Promise<Buffer | null> {
    const answer = await this.#ask('GET', keyOfObject(object))
    return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null
  }

  async overwrite(object: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
    assert.ok((await this.#ask('PUT', keyOfObject(object), { content: Buffer.from(body) })).ok)
  }

  async remove(object: string): Promise<void> {
    assert.ok((await this.#ask('DELETE', keyOfObject(object))).ok)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #ask(
    method: string,
    key: string,
    {
      content,
      headers = {},
    }: { content?: Buffer; headers?: Record<string, string> | undefined } = {},
  ): Promise<Response> {
    const path = key.startsWith('?') ? key : key.split('/').map(encodeURIComponent).join('/')
    const url = `http://${this.host}/${bucket}/${path}`
    // The hash of a payload is that of a text.
    const unsigned = { ...headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
    const authorized = await s3Credentials(this.settings)({
      method,
      url,
      headers: unsigned,
      body: null,
    })
    return fetch(url, {
      method,
      headers: authorized,
      body: content ? new Uint8Array(content) : null,
    })
  }

  async #create(): Promise<boolean> {
    const answer = await this.#ask('PUT', '').catch(() => null)
    return answer?.ok === true
  }
}

function keyOfObject(object: string): string {
  return `app/${keyOf(object.replace(/^app\//, ''))}`
}

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readPage } from '../stores/s3-answers.ts'
import { s3Credentials } from '../stores/s3-credentials.ts'
import { keyOf, nameOf } from '../stores/s3-names.ts'
import { readS3Settings, type S3Settings } from '../stores/s3-settings.ts'
import { bucket } from './fake-cloud-storage.ts'
import { freePort } from './ports.ts'
import { type Keys, type ProgramName, programs } from './s3-programs.ts'

const keys: Keys = { id: 'tests', secret: 'of no other use' }

/** A real server that speaks S3, with an empty bucket in a folder. */
export class S3Server implements AsyncDisposable {
  readonly host: string
  readonly #publicHost: string
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(host: string, publicHost: string, child: ChildProcess, folder: string) {
    this.host = host
    this.#publicHost = publicHost
    this.#child = child
    this.#folder = folder
  }

  /** @param publicHost where clients find it, if not at its own `host`: their signatures name it */
  static async start(name: ProgramName = 'versitygw', publicHost?: string): Promise<S3Server> {
    const { variable, command } = programs[name]
    const program = process.env[variable]
    assert.ok(program, `${variable} must be the path of ${name}; \`npm test\` sets it`)
    const folder = mkdtempSync(join(tmpdir(), 'visits-s3-'))
    const port = await freePort()
    const host = `127.0.0.1:${port}`
    const { args, env } = await command(port, folder, keys)
    const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } })
    await once(child, 'spawn')
    const server = new S3Server(host, publicHost ?? host, child, folder)
    while (!(await server.#create())) {
      assert.equal(child.exitCode, null, `${name} has ended`)
      await sleep(50)
    }
    return server
  }

  /** What a process needs to find it. */
  get environment(): Record<string, string> {
    return {
      ...{ AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret },
      S3_ENDPOINT: `http://${this.#publicHost}`,
      // Litestream fails where one is set.
      AWS_CA_BUNDLE: '',
    }
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

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { freePort } from './ports.ts'

const password = 'secret'

// Ends PostgreSQL as a crash would when this shell's stdin ends: also when the test is killed.
const guard = '"$@" & cat; kill -QUIT $!; wait $!'

// What is lost with the machine may be lost.
const careless = ['fsync=off', 'full_page_writes=off', 'max_wal_size=64MB', 'shared_buffers=16MB']

/** A server for tests that is there already: each makes databases of its own. */
export class Databases implements AsyncDisposable {
  readonly port: number
  #made = 0

  constructor(port: number) {
    this.port = port
  }

  url(database: string): string {
    return `postgres://notes:${password}@127.0.0.1:${this.port}/${database}`
  }

  /** The URL of a database without tables. */
  async emptyUrl(options = ''): Promise<string> {
    const name = `test_${process.pid}_${++this.#made}`
    const client = new Client(this.url('postgres'))
    await client.connect()
    await client.query(`create database ${name} ${options}`)
    await client.end()
    return this.url(name)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A real PostgreSQL with a data folder and a port of its own, until it is disposed of. */
export class TestPostgres extends Databases {
  readonly #folder: string
  readonly #user: User
  readonly #settings: string[]
  #guard: ChildProcess | null = null

  private constructor(port: number, folder: string, user: User, settings: string[]) {
    super(port)
    this.#settings = settings
    this.#folder = folder
    this.#user = user
  }

  /** @param settings for the server, as in `fsync=on`; by default it is fast, and forgets with the machine */
  static async start(settings = careless): Promise<TestPostgres> {
    const user = unprivileged()
    const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-'))
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid)
    const passwordFile = join(folder, 'password')
    writeFileSync(passwordFile, password, { mode: 0o644 })
    const server = new TestPostgres(await freePort(), folder, user, settings)
    try {
      const wanted = ['--username=notes', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
      execFileSync(
        program('initdb'),
        ['--pgdata', server.#data, ...wanted, '--encoding=UTF8', '--locale=C', '--no-sync'],
        { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
      )
      await server.resume()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Ends it as a crash would, until {@link resume}. */
  async crash(): Promise<void> {
    if (!this.#guard) return
    const exited = once(this.#guard, 'exit')
    this.#guard.stdin?.end()
    await exited
    this.#guard = null
  }

  async resume(): Promise<void> {
    if (this.#guard) return
    const settings = [...this.#settings, 'listen_addresses=127.0.0.1', `port=${this.port}`]
    const options = [...settings, `unix_socket_directories=${this.#folder}`]
    const child = spawn(
      '/bin/sh',
      ['-c', guard, 'guard', program('postgres'), '-D', this.#data].concat(
        options.flatMap((option) => ['-c', option]),
      ),
      { ...this.#user, cwd: this.#folder, stdio: ['pipe', 'ignore', 'pipe'] },
    )
    this.#guard = child
    const said: string[] = []
    for await (const line of createInterface(child.stderr)) {
      said.push(line)
      if (line.endsWith('database system is ready to accept connections')) break
      // The shell, unlike what it runs, does not end by itself.
      if (/ (FATAL|PANIC): +(?! |the database system is)/.test(line))
        throw new Error(said.join('\n'))
    }
    child.stderr.resume()
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.crash()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }
}

/** The server of this run of tests, or one of its own where it has none. */
export async function databasesForTests(): Promise<Databases> {
  const port = process.env.TEST_POSTGRES_PORT
  return port ? new Databases(Number(port)) : TestPostgres.start()
}

export function program(name: string): string {
  const folder = process.env.POSTGRES_BIN
  assert.ok(
    folder,
    'POSTGRES_BIN must be the folder of PostgreSQL’s initdb and postgres; `npm test` sets it',
  )
  return join(folder, name)
}

export type User = { uid?: number; gid?: number }

/** Whom to run it as: PostgreSQL refuses to run as root. */
export function unprivileged(): User {
  if (process.getuid?.() !== 0) return {}
  const id = (...args: string[]) => Number(execFileSync('id', args, { stdio: 'pipe' }))
  try {
    return { uid: id('-u', 'postgres'), gid: id('-g', 'postgres') }
  } catch {
    return { uid: id('-u', 'nobody'), gid: id('-g', 'nobody') }
  }
}

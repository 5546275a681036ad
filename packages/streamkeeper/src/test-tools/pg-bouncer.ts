import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './ports.ts'
import { unprivileged } from './test-postgres.ts'

/** A real PgBouncer before a PostgreSQL, which pools transactions, until it is disposed of. */
export class PgBouncer implements AsyncDisposable {
  readonly #port: number
  readonly #folder: string
  readonly #child: ChildProcess

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.#port = port
    this.#folder = folder
    this.#child = child
  }

  /** @param target the port of the PostgreSQL */
  static async start(target: number): Promise<PgBouncer> {
    const user = unprivileged()
    const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-'))
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid)
    const port = await freePort()
    const path = join(folder, 'pgbouncer.ini')
    const users = join(folder, 'users.txt')
    writeFileSync(users, '"notes" "secret"\n')
    writeFileSync(
      path,
      `[databases]
* = host=127.0.0.1 port=${target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = 2
server_round_robin = 1
`,
    )
    // Debian has it where only root looks.
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
    const stdio = ['ignore', 'ignore', 'pipe'] as const
    const child = spawn('pgbouncer', [path], { ...user, env, stdio: [...stdio] })
    const bouncer = new PgBouncer(port, folder, child)
    const failed = once(child, 'error').then(([error]) => {
      throw new Error('The tests need PgBouncer: install pgbouncer; `npm test` does.', {
        cause: error,
      })
    })
    await Promise.race([bouncer.#started(), failed])
    return bouncer
  }

  /** The same database as `url`, by way of this. */
  url(url: string): string {
    const through = new URL(url)
    through.port = String(this.#port)
    return through.href
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit')
    if (this.#child.exitCode === null && this.#child.kill('SIGKILL')) await exited
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #started(): Promise<void> {
    const { stderr } = this.#child
    if (!stderr) return
    const said: string[] = []
    for await (const line of createInterface(stderr)) {
      said.push(line)
      if (line.includes('process up')) {
        stderr.resume()
        return
      }
    }
    throw new Error(said.join('\n'))
  }
}

import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ClusterNode } from './cluster-node.ts'
import { Guarded } from './guarded.ts'
import { freePort } from './ports.ts'
import { type User, unprivileged } from './test-postgres.ts'

type Member = { name: string; role: string; state: string }

/** Three PostgreSQL that replicate synchronously under Patroni, with etcd, behind HAProxy. */
export class Cluster implements AsyncDisposable {
  readonly nodes: ClusterNode[] = []
  readonly #folder = mkdtempSync(join(tmpdir(), 'streamkeeper-'))
  readonly #user: User = unprivileged()
  readonly #others: Guarded[] = []
  readonly #taken = new Set<number>()
  #ports = { primary: 0, standby: 0 }

  static async start(): Promise<Cluster> {
    const cluster = new Cluster()
    try {
      await cluster.#start()
      return cluster
    } catch (error) {
      const logs = cluster.nodes.map(({ log }) => log.slice(-2_000)).join('\n')
      await cluster[Symbol.asyncDispose]()
      throw new Error(`The cluster has not started:\n${logs}`, { cause: error })
    }
  }

  /** The URL of the server that writes, whichever it is. */
  get url(): string {
    return `postgres://notes:secret@127.0.0.1:${this.#ports.primary}/postgres`
  }

  /** The URL of servers that can be read. */
  get readUrl(): string {
    return `postgres://notes:secret@127.0.0.1:${this.#ports.standby}/postgres`
  }

  /** Waits until one leads, and so many others follow it, one of them synchronously. */
  async ready(followers = this.nodes.length - 1): Promise<ClusterNode> {
    const deadline = AbortSignal.timeout(60_000)
    for (;;) {
      const members = await this.#members()
      const leader = members.find(({ role, state }) => role === 'leader' && state === 'running')
      const following = members.filter(
        ({ role, state }) => /replica|standby/.test(role) && isUp(state),
      )
      const isSafe = members.some(({ role }) => role === 'sync_standby')
      const node = this.nodes.find(({ name }) => name === leader?.name)
      if (node && isSafe && following.length >= followers) return node
      if (deadline.aborted) throw new Error(JSON.stringify(members))
      await setTimeout(100)
    }
  }

  /** Has another lead, on purpose. */
  async switchOver(): Promise<void> {
    const leader = await this.ready(1)
    const answer = await fetch(`http://127.0.0.1:${leader.api.port}/switchover`, {
      method: 'POST',
      body: JSON.stringify({ leader: leader.name }),
      signal: AbortSignal.timeout(30_000),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()))
    await Promise.all(this.#others.map((other) => other.kill()))
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    if (this.#user.uid !== undefined) {
      chownSync(this.#folder, this.#user.uid, this.#user.gid ?? this.#user.uid)
    }
    const store = await this.#startStore()
    for (const name of ['one', 'two', 'three']) {
      const ports = { store, database: await this.#port(), api: await this.#port() }
      this.nodes.push(await ClusterNode.make(name, this.#folder, this.#user, ports))
    }
    for (const node of this.nodes) node.start()
    await this.#startBalancer()
    await this.ready()
  }

  async #startStore(): Promise<number> {
    const [client, peer] = [await this.#port(), await this.#port()]
    const [here, there] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`]
    const clients = ['--listen-client-urls', here, '--advertise-client-urls', here]
    const peers = ['--listen-peer-urls', there, '--initial-advertise-peer-urls', there]
    const folder = [
      '--data-dir',
      join(this.#folder, 'etcd'),
      '--initial-cluster',
      `default=${there}`,
    ]
    this.#run('etcd', ...clients, ...peers, ...folder)
    return client
  }

  async #startBalancer(): Promise<void> {
    this.#ports = { primary: await this.#port(), standby: await this.#port() }
    const servers = this.nodes.map(
      ({ name, database, api }) =>
        `  server ${name} 127.0.0.1:${database.port} check port ${api.port}`,
    )
    const listen = (port: number, path: string) => [
      `listen ${path}`,
      `  bind 127.0.0.1:${port}`,
      `  option httpchk OPTIONS /${path}`,
      '  http-check expect status 200',
      '  default-server inter 500ms fastinter 200ms fall 2 rise 1 on-marked-down shutdown-sessions',
      ...servers,
    ]
    const path = join(this.#folder, 'haproxy.cfg')
    const timeouts = ['connect 1s', 'client 10m', 'server 10m', 'check 1s']
    const lines = [
      ...['global', '  maxconn 200', 'defaults', '  mode tcp', '  retries 1'],
      ...timeouts.map((timeout) => `  timeout ${timeout}`),
      ...listen(this.#ports.primary, 'primary'),
      ...listen(this.#ports.standby, 'replica'),
    ]
    writeFileSync(path, `${lines.join('\n')}\n`)
    this.#run('haproxy', '-db', '-f', path)
  }

  // What was found free is not taken at once.
  async #port(): Promise<number> {
    const port = await freePort()
    if (this.#taken.has(port)) return this.#port()
    this.#taken.add(port)
    return port
  }

  #run(program: string, ...args: string[]): void {
    const log = join(this.#folder, `${program}.log`)
    this.#others.push(new Guarded([program, ...args], this.#user, log))
  }

  // Any of them knows all.
  async #members(): Promise<Member[]> {
    const asked = this.nodes.map(async ({ api }) => {
      const signal = AbortSignal.timeout(1_000)
      const answer = await fetch(`http://127.0.0.1:${api.port}/cluster`, { signal })
      return ((await answer.json()) as { members: Member[] }).members
    })
    return Promise.any(asked).catch(() => [])
  }
}

function isUp(state: string): boolean {
  return state === 'running' || state === 'streaming'
}

import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { familyOf, Guarded, signalAll } from './guarded.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { program, type User } from './test-postgres.ts'

// Seconds. A leader that says nothing for `ttl` is replaced; production has 30, 10 and 10.
const times = { ttl: 5, loop_wait: 1, retry_timeout: 2 }

/** A PostgreSQL of a cluster with the Patroni that keeps it, behind a network of their own. */
export class ClusterNode {
  readonly name: string
  readonly database: TcpProxy
  readonly api: TcpProxy
  readonly #store: TcpProxy
  readonly #folder: string
  readonly #user: User
  #patroni: Guarded | null = null
  #frozen: number[] = []

  private constructor(
    name: string,
    folder: string,
    user: User,
    { database, api, store }: { database: TcpProxy; api: TcpProxy; store: TcpProxy },
  ) {
    this.name = name
    this.database = database
    this.api = api
    this.#store = store
    this.#folder = folder
    this.#user = user
  }

  /** @param ports of its own two servers, and of etcd */
  static async make(
    name: string,
    parent: string,
    user: User,
    ports: { database: number; api: number; store: number },
  ): Promise<ClusterNode> {
    const folder = join(parent, name)
    mkdirSync(folder)
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid ?? user.uid)
    const network = {
      database: await TcpProxy.start(ports.database),
      api: await TcpProxy.start(ports.api),
      store: await TcpProxy.start(ports.store),
    }
    const node = new ClusterNode(name, folder, user, network)
    // YAML reads JSON.
    writeFileSync(node.#settings, JSON.stringify(node.#patroniSettings(ports)))
    return node
  }

  start(): void {
    const log = join(this.#folder, 'log')
    this.#patroni = new Guarded(['patroni', this.#settings], this.#user, log, this.#pidFile)
  }

  /** Ends it as a machine that loses its power. */
  async kill(): Promise<void> {
    const postgres = this.#postgres
    signalAll(postgres, 'SIGKILL')
    signalAll(this.#frozen, 'SIGCONT')
    this.#frozen = []
    await this.#patroni?.kill()
  }

  /** Stops all its processes, until {@link thaw}. */
  freeze(): void {
    this.#frozen = [...(this.#patroni?.pids ?? []), ...this.#postgres]
    signalAll(this.#frozen, 'SIGSTOP')
  }

  thaw(): void {
    signalAll(this.#frozen, 'SIGCONT')
    this.#frozen = []
  }

  /** Nothing comes from it or gets there, without a word, until {@link join}. */
  cutOff(): void {
    for (const proxy of this.#network) proxy.freeze()
  }

  join(): void {
    for (const proxy of this.#network) proxy.thaw()
  }

  async dispose(): Promise<void> {
    await this.kill()
    await Promise.all(this.#network.map((proxy) => proxy[Symbol.asyncDispose]()))
  }

  get log(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8')
  }

  get #network(): TcpProxy[] {
    return [this.database, this.api, this.#store]
  }

  get #settings(): string {
    return join(this.#folder, 'patroni.yml')
  }

  get #pidFile(): string {
    return join(this.#folder, 'data/postmaster.pid')
  }

  get #postgres(): number[] {
    try {
      const [pid] = readFileSync(this.#pidFile, 'utf8').split('\n')
      return familyOf(Number(pid))
    } catch {
      return []
    }
  }

  #patroniSettings(ports: { database: number; api: number }) {
    const at = (port: number) => `127.0.0.1:${port}`
    const local = 'host all all 127.0.0.1/32 scram-sha-256'
    const replication = 'host replication all 127.0.0.1/32 scram-sha-256'
    const user = { username: 'notes', password: 'secret' }
    return {
      scope: 'test',
      name: this.name,
      restapi: { listen: at(ports.api), connect_address: at(this.api.port) },
      // Otherwise it asks etcd for its address, and goes there without the proxy.
      etcd3: { host: at(this.#store.port), use_proxies: true },
      bootstrap: {
        dcs: {
          ...times,
          synchronous_mode: true,
          postgresql: { use_pg_rewind: true, use_slots: true, parameters: careless },
        },
        initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, 'no-sync'],
      },
      postgresql: {
        listen: at(ports.database),
        connect_address: at(this.database.port),
        data_dir: join(this.#folder, 'data'),
        bin_dir: program('.'),
        pgpass: join(this.#folder, 'pgpass'),
        pg_hba: [local, replication],
        authentication: { superuser: user, replication: user, rewind: user },
        parameters: { unix_socket_directories: this.#folder },
        create_replica_methods: ['basebackup'],
        basebackup: [{ checkpoint: 'fast' }, 'no-sync'],
        pg_ctl_timeout: 20,
      },
      watchdog: { mode: 'off' },
    }
  }
}

// What is lost with the machine may be lost.
const careless = {
  fsync: 'off',
  full_page_writes: 'on',
  wal_log_hints: 'on',
  shared_buffers: '16MB',
  max_connections: 50,
  wal_receiver_timeout: '3s',
  wal_sender_timeout: '3s',
}

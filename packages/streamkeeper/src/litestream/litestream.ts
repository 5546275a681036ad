import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { litestreamUrl } from '../stores/litestream-url.ts'
import { withTimeout } from '../with-timeout.ts'

/** The running Litestream didn't do what its control socket was asked to. */
export class LitestreamRefused extends Error {
  readonly code = 'litestream-refused'
  readonly status: number

  constructor(call: string, status: number, words: string) {
    super(`Litestream answered ${call} with ${status}: ${words}`)
    this.status = status
  }

  /** Whether Litestream has no such database, or has closed it. */
  get isUnknownDatabase(): boolean {
    return this.status === 404 || this.status === 409
  }
}

/** Nobody listens on Litestream's control socket. */
export class LitestreamGone extends Error {
  readonly code = 'litestream-gone'

  constructor(socketPath: string, cause: Error) {
    super(`Litestream does not answer at ${socketPath} (${cause.message}).`, { cause })
  }
}

const info = z.object({ version: z.string() })
const changed = z.object({ status: z.string() })
const synced = z
  .object({ txid: z.number(), replicated_txid: z.number() })
  .transform(({ txid, replicated_txid }) => ({ txid, replicatedTxid: replicated_txid }))

/** Litestream still uses a file that it was to forget. */
export class LitestreamBusy extends Error {
  readonly code = 'litestream-busy'

  constructor(path: string) {
    super(`Litestream does not let go of ${path}.`)
  }
}

// Closing a file waits for what is uploaded of it, and so for the bucket.
const closingMs = 24 * 3_600_000

/**
 * Connects to the Litestream that runs this process.
 *
 * @throws {Error} if none listens at `socketPath`
 */
export async function connectLitestream(socketPath: string): Promise<Litestream> {
  const litestream = new Litestream(socketPath)
  try {
    // Litestream itself only warns when it can't make its socket.
    await litestream.info(5_000)
  } catch (error) {
    const start = 'litestream replicate -config litestream.yml -exec "node server.js"'
    throw new Error(`${error instanceof Error ? error.message : error} Start it with: ${start}`)
  }
  return litestream
}

/**
 * The Litestream that runs this process, through its control socket. Each call throws
 * {@link LitestreamRefused} on an answer other than 200, a `TimeoutError` after its deadline, and
 * {@link LitestreamGone} if nobody listens on the socket.
 */
export class Litestream {
  readonly #socketPath: string
  readonly #closing = new Map<string, Promise<void>>()

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  async info(timeoutMs: number) {
    return info.parse(await this.#call('GET', '/info', undefined, timeoutMs))
  }

  /** Resolves once it has ended, whether or not anybody asks it anything. */
  async untilGone(): Promise<LitestreamGone> {
    const connection = connect(this.#socketPath).unref().resume()
    // It lets a connection stay on which something was asked once, and does not wait for it to end.
    connection.write('GET /info HTTP/1.1\r\nhost: litestream\r\n\r\n')
    // Reset or closed is the same.
    connection.on('error', () => {})
    await new Promise((resolve) => connection.once('close', resolve))
    return new LitestreamGone(this.#socketPath, new Error('it has ended'))
  }

  /**
   * Starts replicating the database at `path`. Lazy: a bad bucket shows at the first sync.
   *
   * @throws {LitestreamBusy} while it still closes that file: there would be two who replicate it
   */
  async register(path: string, replicaUrl: string, timeoutMs: number): Promise<void> {
    if (this.#closing.has(path)) throw new LitestreamBusy(path)
    const call = ['POST', '/register'] as const
    const told = { path, replica_url: litestreamUrl(replicaUrl) }
    const answer = await this.#call(...call, told, timeoutMs)
    const { status } = changed.parse(answer)
    // It is 200 as well where the file is replicated already, perhaps to another URL.
    if (status !== 'registered') throw new LitestreamRefused(call.join(' '), 400, status)
  }

  /**
   * Makes a final sync and forgets the database; forgets it even where the sync fails. Until it has
   * answered, it may still use the file and what it noted of it.
   *
   * @param timeoutMs for the final sync
   * @param patienceMs for the answer
   * @throws {LitestreamBusy} if there is none by then; calling again waits for the same
   */
  async unregister(path: string, timeoutMs: number, patienceMs: number): Promise<void> {
    const closing = this.#closing.get(path) ?? this.#close(path, timeoutMs)
    await withTimeout(patienceMs, closing, () => new LitestreamBusy(path))
  }

  #close(path: string, timeoutMs: number): Promise<void> {
    const closing = this.#unregister(path, timeoutMs).finally(() => this.#closing.delete(path))
    this.#closing.set(path, closing)
    return closing
  }

  async #unregister(path: string, timeoutMs: number): Promise<void> {
    const call = ['POST', '/unregister'] as const
    const answer = await this.#call(...call, { path, timeout: seconds(timeoutMs) }, closingMs)
    const { status } = changed.parse(answer)
    // Its final sync may have failed when it was forgotten.
    if (status !== 'unregistered') throw new LitestreamRefused(call.join(' '), 404, status)
  }

  /** Resolves once every transaction that was committed before the call is in the bucket. */
  async sync(path: string, timeoutMs: number): Promise<z.output<typeof synced>> {
    const body = { path, wait: true, timeout: seconds(timeoutMs) }
    return synced.parse(await this.#call('POST', '/sync', body, timeoutMs))
  }

  /** Which transactions there are, and which of them are in the bucket; waits for no upload. */
  async positions(path: string, timeoutMs: number): Promise<z.output<typeof synced>> {
    return synced.parse(await this.#call('POST', '/sync', { path }, timeoutMs))
  }

  async #call(method: string, path: string, body: object | undefined, timeoutMs: number) {
    // Litestream ends what it does for a call with its connection. Its own answer, which says why, comes
    // just after the deadline that it was given.
    const signal = AbortSignal.timeout(timeoutMs + 250)
    const { status, answer } = await new Promise<{ status: number; answer: string }>(
      (resolve, reject) => {
        const fail = (error: Error) => {
          reject(signal.aborted ? signal.reason : new LitestreamGone(this.#socketPath, error))
        }
        const call = request({ socketPath: this.#socketPath, method, path, signal }, (response) => {
          const status = response.statusCode ?? 0
          text(response).then((answer) => resolve({ status, answer }), fail)
        })
        call.once('error', fail)
        call.end(body && JSON.stringify(body))
      },
    )
    if (status === 200) return JSON.parse(answer)
    throw new LitestreamRefused(`${method} ${path}`, status, wordsOf(answer))
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1000))
}

// Refusals are JSON with the words in `error`, except for those of Go's own router.
function wordsOf(answer: string): string {
  try {
    return z.object({ error: z.string() }).parse(JSON.parse(answer)).error
  } catch {
    return answer.trim()
  }
}

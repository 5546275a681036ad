import { once } from 'node:events'
import { createConnection, createServer, type Server, type Socket } from 'node:net'

/** Stands before a server as a network does: it can be cut, fall silent, and lose answers. */
export class TcpProxy implements AsyncDisposable {
  readonly port: number
  target: number
  readonly #server: Server
  readonly #pairs = new Set<[Socket, Socket]>()
  #isSilent = false
  #lost: RegExp | null = null

  private constructor(server: Server, port: number, target: number) {
    this.#server = server
    this.port = port
    this.target = target
    server.on('connection', (near) => this.#join(near))
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (!address || typeof address === 'string') throw new Error('There is no port.')
    return new TcpProxy(server, address.port, target)
  }

  /** From now on nothing comes through, without a word; new connections are taken, too. */
  freeze(): void {
    this.#isSilent = true
    for (const sockets of this.#pairs) for (const socket of sockets) socket.pause()
  }

  /** What was held back comes through. */
  thaw(): void {
    this.#isSilent = false
    for (const sockets of this.#pairs) for (const socket of sockets) socket.resume()
  }

  /** Ends all connections. */
  cut(): void {
    for (const sockets of this.#pairs) for (const socket of sockets) socket.destroy()
  }

  /** Cuts the connection that asks what matches once the server has answered, instead of passing that on. */
  loseAnswerTo(asked: RegExp): void {
    this.#lost = asked
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.cut()
    await once(this.#server, 'close')
  }

  #join(near: Socket): void {
    const far = createConnection(this.target, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    this.#pairs.add(pair)
    let isLost = false
    near.on('data', (chunk) => {
      if (this.#lost?.test(chunk.toString('latin1'))) {
        this.#lost = null
        isLost = true
      }
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      if (isLost) for (const socket of pair) socket.destroy()
      else near.write(chunk)
    })
    for (const [socket, other] of [pair, pair.toReversed()] as [Socket, Socket][]) {
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#pairs.delete(pair)
        other.destroy()
      })
      if (this.#isSilent) socket.pause()
    }
  }
}

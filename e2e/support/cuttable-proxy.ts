import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that can be cut like a network cable, and mended. */
export class CuttableProxy {
  readonly port: number
  readonly #sockets = new Set<Socket>()
  readonly #server

  constructor(port: number, target: number) {
    this.port = port
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1')
      for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
        this.#sockets.add(socket)
        socket.pipe(other)
        socket.on('error', () => other.destroy())
        socket.on('close', () => {
          this.#sockets.delete(socket)
          other.destroy()
        })
      }
    })
  }

  async mend(): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** Drops every connection and refuses new ones. */
  async cut(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

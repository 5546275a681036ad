import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import { pipeline } from 'node:stream'
import { freePort } from './ports.ts'

/** Sends requests to instances as Cloud Run does: to one revision, or to several in turn. */
export class Router {
  readonly url: string
  readonly #server
  readonly #agent = new Agent({ keepAlive: true })
  #targets: URL[] = []
  #turn = 0

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`
    this.#server = createServer((near, answer) => {
      const target = this.#targets[this.#turn++ % this.#targets.length]
      if (!target) return answer.writeHead(503).end()
      const { method, url: path, headers } = near
      const far = request({
        agent: this.#agent,
        host: target.hostname,
        port: target.port,
        method,
        path,
        headers,
      })
      far.on('response', (response) => {
        // Whoever asked may have given up.
        if (answer.destroyed) return response.destroy()
        answer.writeHead(response.statusCode ?? 502, response.headers)
        // Ends the answer also where the response breaks off.
        pipeline(response, answer, () => {})
      })
      far.on('error', () => answer.destroy())
      near.pipe(far)
    }).listen(port, '127.0.0.1')
  }

  static async start(): Promise<Router> {
    const router = new Router(await freePort())
    await once(router.#server, 'listening')
    return router
  }

  /** New requests go there, those under way end where they are. */
  route(...instances: { url: string }[]): void {
    this.#targets = instances.map(({ url }) => new URL(url))
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
    this.#agent.destroy()
  }
}

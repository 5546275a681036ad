import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { buffer } from 'node:stream/consumers'

// Cloud Storage answers with at most so many names, the fake one with all.
const namesInAPage = 1_000

/** What Cloud Storage would charge for: https://cloud.google.com/storage/pricing */
export type Operations = {
  /** Class A. */
  writes: number
  /** Class A, one for each page. */
  lists: number
  /** Class B. */
  reads: number
  /** Free. */
  deletes: number
}

/** A proxy before the bucket that counts its operations, and knows what is in it. */
export class Bill {
  readonly #target: URL
  readonly #server = createServer((near, answer) => this.#pass(near, answer))
  readonly #byUse = new Map<string, Operations>()
  /** The names of all objects, with the bytes of their uploads. */
  readonly objects = new Map<string, number>()

  /** @param target `HOST:PORT` of the bucket */
  constructor(target: string) {
    this.#target = new URL(`http://${target}`)
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  /** So far, by what they were for: the level of Litestream's files, or `lease`. */
  get operations(): Map<string, Operations> {
    return new Map([...this.#byUse].map(([use, counts]) => [use, { ...counts }]))
  }

  #pass(near: IncomingMessage, answer: ServerResponse): void {
    const { method, url: path = '' } = near
    const { hostname: host, port } = this.#target
    // The fake Cloud Storage knows its own name alone.
    const headers = { ...near.headers, host: this.#target.host }
    const far = request({ host, port, method, path, headers })
    far.on('response', async (response) => {
      const isList = method === 'GET' && /\/o(\?|$)/.test(path)
      answer.writeHead(response.statusCode ?? 502, response.headers)
      if (!isList) {
        this.#note(near)
        pipeline(response, answer, () => {})
        return
      }
      // Whoever asked has given up, where it breaks off.
      const body = await buffer(response).catch(() => null)
      if (!body) return answer.destroy()
      const names = body.toString().split('"storage#object"').length - 1
      this.#countOf(path).lists += Math.max(1, Math.ceil(names / namesInAPage))
      answer.end(body)
    })
    far.on('error', () => answer.destroy())
    answer.on('close', () => far.destroy())
    near.pipe(far)
  }

  #note({ method = '', url = '', headers }: IncomingMessage): void {
    const counts = this.#countOf(url)
    const name = nameIn(url)
    if (method === 'GET' || method === 'HEAD') counts.reads++
    else if (method === 'DELETE') {
      counts.deletes++
      this.objects.delete(name)
    } else {
      counts.writes++
      this.objects.set(name, Number(headers['content-length'] ?? 0))
    }
  }

  #countOf(url: string): Operations {
    const decoded = decodeURIComponent(url)
    const level = /\/ltx\/(\d)/.exec(decoded)?.[1]
    const use = level ? `level ${level}` : decoded.includes('lease.json') ? 'lease' : 'other'
    const counts = this.#byUse.get(use) ?? { writes: 0, lists: 0, reads: 0, deletes: 0 }
    this.#byUse.set(use, counts)
    return counts
  }
}

function nameIn(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://bucket')
  return searchParams.get('name') ?? decodeURIComponent(pathname.split('/o/')[1] ?? pathname)
}

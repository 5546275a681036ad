import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'

/** What is wrong with the bucket, for all requests, those of a kind, or those whose URL it matches. */
export type Fault = { only?: 'writes' | 'lists' | 'reads' | RegExp } & (
  | { delayMs: number }
  | { hang: true }
  | { status: number; message?: string }
  /** Something else answers in its place. */
  | { body: string; type?: string; status?: number }
  /** What is asked is done, and no answer comes. */
  | { lost: true }
  /** Half of each answer comes: the connection ends then, or the answer, which says that it is whole. */
  | { half: 'connection' | 'answer' }
)

/** An HTTP proxy before the bucket: it can be cut like a network cable, and answer badly. */
export class FaultyProxy {
  readonly port: number
  readonly #target: number
  readonly #host: string | undefined
  readonly #server
  #fault: Fault | null = null
  /** How many requests of each kind there were, in Cloud Storage's terms. */
  readonly counts = { write: 0, list: 0, read: 0 }
  /** How many bytes of objects and lists went to the bucket, and came from it. */
  readonly bytes = { up: 0, down: 0 }
  /** Told of each write that was answered, with when it began by `performance.now()`. */
  onWrite: (url: string, startMs: number) => void = () => {}

  /** @param host what the target is asked as, if not as this */
  constructor(port: number, target: number, host?: string) {
    this.port = port
    this.#target = target
    this.#host = host
    this.#server = createServer((near, answer) => this.#handle(near, answer))
  }

  /** From now on; what hangs already goes on hanging. */
  inject(fault: Fault | null): void {
    this.#fault = fault
  }

  async mend(): Promise<void> {
    this.#fault = null
    if (this.#server.listening) return
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** Drops every connection and refuses new ones. */
  async cut(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #handle(near: IncomingMessage, answer: ServerResponse): Promise<void> {
    this.counts[kindOf(near)]++
    const fault = this.#faultOf(near)
    if (fault && 'hang' in fault) return
    if (fault && 'delayMs' in fault) await setTimeout(fault.delayMs)
    if (fault && 'body' in fault) return replace(near, answer, fault)
    if (fault && 'status' in fault) return refuse(near, answer, fault)
    const { method, url: path } = near
    const headers = { ...near.headers, ...(this.#host && { host: this.#host }) }
    const far = request({ host: '127.0.0.1', port: this.#target, method, path, headers })
    const startMs = performance.now()
    near.on('data', (chunk: Buffer) => {
      this.bytes.up += chunk.length
    })
    far.on('response', (response) => {
      response.on('data', (chunk: Buffer) => {
        this.bytes.down += chunk.length
      })
      if (kindOf(near) === 'write') this.onWrite(decodeURIComponent(path ?? ''), startMs)
      // Whoever asked may have given up.
      if (answer.destroyed) return response.destroy()
      if (fault && 'lost' in fault) return answer.destroy()
      if (fault && 'half' in fault) return sendHalf(response, answer, fault.half)
      answer.writeHead(response.statusCode ?? 502, response.headers)
      // Ends the answer also where the response breaks off.
      pipeline(response, answer, () => {})
    })
    far.on('error', () => answer.destroy())
    answer.on('close', () => far.destroy())
    near.pipe(far)
  }

  #faultOf(near: IncomingMessage): Fault | null {
    const only = this.#fault?.only
    const isMeant =
      only instanceof RegExp
        ? only.test(decodeURIComponent(near.url ?? ''))
        : only === undefined || only === `${kindOf(near)}s`
    return isMeant ? this.#fault : null
  }
}

// Writes and lists are class A operations, reads are class B: https://cloud.google.com/storage/pricing
function kindOf({ method, url = '' }: IncomingMessage): 'write' | 'list' | 'read' {
  if (method !== 'GET' && method !== 'HEAD') return 'write'
  return /\/o(\?|$)|[?&]list-type=2/.test(url) ? 'list' : 'read'
}

function replace(
  near: IncomingMessage,
  answer: ServerResponse,
  { body, type = 'text/html', status = 200 }: { body: string; type?: string; status?: number },
): void {
  near.resume()
  answer.writeHead(status, { 'content-type': type }).end(body)
}

async function sendHalf(
  response: IncomingMessage,
  answer: ServerResponse,
  ends: 'connection' | 'answer',
): Promise<void> {
  const whole = await buffer(response)
  const half = whole.subarray(0, whole.length >> 1)
  const length = ends === 'answer' ? half.length : whole.length
  const { 'transfer-encoding': _, ...headers } = response.headers
  answer.writeHead(response.statusCode ?? 502, { ...headers, 'content-length': length })
  if (ends === 'answer') answer.end(half)
  else answer.write(half, () => answer.destroy())
}

// In the form that Google's client reads: https://cloud.google.com/storage/docs/json_api/v1/status-codes
function refuse(
  near: IncomingMessage,
  answer: ServerResponse,
  { status, message = 'injected' }: { status: number; message?: string },
): void {
  near.resume()
  answer.writeHead(status, { 'content-type': 'application/json' })
  answer.end(JSON.stringify({ error: { code: status, message, errors: [{ message }] } }))
}

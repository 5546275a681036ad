import { once } from 'node:events'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** Sends what `fetch` would correct or refuse to send: any path, any header, a body that never comes. */
export async function rawRequest(
  url: string,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: OutgoingHttpHeaders } = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const { hostname: host, port } = new URL(url)
  const sent = request({ host, port, path, method, headers })
  if ('content-length' in headers) sent.flushHeaders()
  else sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const body = await text(answer)
  sent.on('error', () => {}).destroy()
  return { status: answer.statusCode ?? 0, headers: answer.headers, body }
}

/** Sends the head of a request so slowly that it never ends; resolves with the answer once cut. */
export async function slowRequest(url: string, everyMs: number): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setEncoding('utf8')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nHost: here\r\n')
  const slowly = setInterval(() => socket.write('X-Slow: slow\r\n'), everyMs)
  let said = ''
  socket.on('data', (part) => {
    said += part
  })
  await once(socket, 'close')
  clearInterval(slowly)
  return said
}

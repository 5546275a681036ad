import { once } from 'node:events'
import { createServer } from 'node:net'

/** Where a container finds what listens on this machine's loopback interface. */
export const hostFromContainer = process.platform === 'linux' ? '127.0.0.1' : 'host.docker.internal'

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (!address || typeof address !== 'object') throw new Error('no port')
  return address.port
}

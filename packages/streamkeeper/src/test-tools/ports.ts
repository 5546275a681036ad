import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Where a container finds what listens on this machine's loopback interface. */
export const hostFromContainer = process.platform === 'linux' ? '127.0.0.1' : 'host.docker.internal'

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    // Below the ports that Linux gives to outgoing connections, one of which could take it meanwhile.
    const port = randomInt(10_000, 32_768)
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}

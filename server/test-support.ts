import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'

/** The port of a server that listens, or is about to; it is closed at the end of the test. */
export async function portOf(
  test: { after(clean: () => void): void },
  server: Server,
): Promise<number> {
  if (!server.listening) await once(server, 'listening')
  test.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return address.port
}

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

type Test = { after(clean: () => void): void }

/** Serves on a port of its own until the end of a test; returns the address. */
export async function serve(test: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0)
  test.after(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It has no port.')
  return `http://127.0.0.1:${address.port}`
}

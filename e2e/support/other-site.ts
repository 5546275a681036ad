import { once } from 'node:events'
import { createServer } from 'node:http'
import { freePort } from '../../packages/streamkeeper/src/test-tools/ports.ts'

/** A page of another site than the app's, as an attacker would put it up. */
export async function otherSite(html: string) {
  const port = await freePort()
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${html}`)
  }).listen(port, 'localhost')
  await once(server, 'listening')
  const stop = () => {
    server.close()
    server.closeAllConnections()
  }
  // The app is at 127.0.0.1, and to a browser that is another site.
  return { url: `http://localhost:${port}`, stop }
}

import { readFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { join } from 'node:path'
import { timed } from '../litestream/timed.ts'
import { isCrossSite, type Place } from './cross-site.ts'

/**
 * Prepares Next to render the app in `folder`: the standalone build, or the sources in
 * development.
 */
export async function preparePages(
  folder: string,
  {
    development,
    port,
    httpServer,
    ...place
  }: Place & { development: boolean; port: number; httpServer: Server },
): Promise<RequestListener> {
  // Next's own handlers exit with 143 on SIGTERM, which Litestream passes on as a failure.
  process.env.NEXT_MANUAL_SIG_HANDLE = '1'
  process.env.NEXT_TELEMETRY_DISABLED = '1'
  if (!development) {
    // What the server.js that Next generates does; without it Next loads the whole compiler to
    // read next.config.mjs.
    process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(builtConfig(folder))
  }
  const { default: next } = await timed('load Next', () => import('next'))
  const app = next({ dev: development, dir: folder, hostname: 'localhost', port, httpServer })
  await timed('prepare pages', () => app.prepare())
  const render: RequestListener = app.getRequestHandler()
  return development ? throughTunnels(render, httpServer, place) : render
}

function builtConfig(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, '.next/required-server-files.json'), 'utf8')).config
}

/**
 * Has Next's development server take for ours what comes through a tunnel or from a code space: it
 * compares the page's origin with the name of this machine, and refuses to renew the page otherwise.
 */
export function throughTunnels(
  render: RequestListener,
  server: Pick<Server, 'prependListener'>,
  place: Place,
): RequestListener {
  const dropOwnOrigin = (request: IncomingMessage) => {
    if (!isCrossSite({ method: 'POST', headers: request.headers }, place)) {
      Reflect.deleteProperty(request.headers, 'origin')
    }
  }
  server.prependListener('upgrade', dropOwnOrigin)
  return (request, response) => {
    dropOwnOrigin(request)
    return render(request, response)
  }
}

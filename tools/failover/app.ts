// The app on PostgreSQL in a process of its own, as it runs, with the routes that change something and no build.
import type { IncomingMessage, RequestListener } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { DELETE, GET as findEntry, PATCH } from '../../app/api/entries/[id]/route.ts'
import { POST as addEntry, GET as listEntries } from '../../app/api/entries/route.ts'
import { POST as sign } from '../../app/guestbook/sign/route.ts'
import { serve } from '../../packages/streamkeeper/src/postgres/serve.ts'
import { StopRequested, stopOnSignals } from '../../packages/streamkeeper/src/server/stop-signal.ts'
import config from '../../streamkeeper.config.ts'

const entry = { GET: findEntry, PATCH, DELETE }
const routes = new Map<string, (request: Request) => Promise<Response>>([
  ['GET /api/entries', listEntries],
  ['POST /api/entries', addEntry],
  ['POST /guestbook/sign', sign],
])

const pages: RequestListener = async (request, response) => {
  const [path = ''] = (request.url ?? '').split('?')
  const [, id] = /^\/api\/entries\/(\d+)$/.exec(path) ?? []
  const method = request.method as keyof typeof entry
  const handler = id
    ? (asked: Request) => entry[method](asked, { params: Promise.resolve({ id }) })
    : routes.get(`${method} ${path}`)
  if (!handler) return response.writeHead(404).end()
  try {
    const answer = await handler(await webRequest(request))
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}

// As Next hands it to a route.
async function webRequest(request: IncomingMessage): Promise<Request> {
  const { method = 'GET', url } = request
  const headers = request.headers as Record<string, string>
  const body = method === 'GET' ? null : new Uint8Array(await buffer(request))
  return new Request(`http://localhost${url}`, { method, headers, body })
}

const stop = stopOnSignals()
try {
  await config.start?.(process.env)
  await serve(stop, config, async () => pages)
} catch (error) {
  if (error !== stop.signal.reason) console.error(error)
  stop.abort(error)
}
process.exit(stop.signal.reason instanceof StopRequested ? 0 : 1)

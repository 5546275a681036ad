import { randomUUID } from 'node:crypto'
import { Agent, type ClientRequest, request } from 'node:http'
import { percentile } from './table.ts'

export type Load = {
  answered: number
  perSecond: number
  p50: number
  p99: number
  failed: number
}

type Asked = { ms: number; clients: number; headers?: Record<string, string>; body?: string }

/**
 * Asks `url`, on this machine, over and over for `ms` milliseconds, so many at a time.
 *
 * @param asked.body is posted, each time with an idempotency key of its own
 * @returns times in milliseconds
 */
export async function load(url: string, asked: Asked): Promise<Load> {
  const { ms, clients } = asked
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const took: number[] = []
  let failed = 0
  const startMs = performance.now()
  const client = async () => {
    while (performance.now() - startMs < ms) {
      const sentMs = performance.now()
      const status = await ask(url, agent, asked)
      if (status === 200 || status === 201) took.push(performance.now() - sentMs)
      else failed++
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - startMs) / 1000
  agent.destroy()
  return {
    answered: took.length,
    perSecond: took.length / seconds,
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
    failed,
  }
}

function ask(url: string, agent: Agent, { headers = {}, body }: Asked): Promise<number> {
  const posting = body !== undefined && {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': randomUUID() },
  }
  return statusOf(request(url, { agent, headers, ...posting }).end(body))
}

/** The status of an answer once all of it is there; 0 where there is none. */
export function statusOf(call: ClientRequest): Promise<number> {
  return new Promise((resolve) => {
    call.on('response', (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    call.on('error', () => resolve(0))
  })
}

import type { ServerResponse } from 'node:http'
import type { Health } from '../litestream/replication.ts'
import type { Lifecycle, State } from './lifecycle.ts'

/** Answers a probe; false if `path` isn't one. */
export function answerProbe(
  path: string,
  lifecycle: Pick<Lifecycle, 'state' | 'draining' | 'problem'>,
  response: ServerResponse,
): boolean {
  const { state, draining } = lifecycle
  switch (path) {
    case '/health/live':
      answer(response, 200, lifecycle)
      return true
    case '/health/startup':
      answer(response, state.name === 'starting' ? 503 : 200, lifecycle)
      return true
    // Also where the bucket fails, or another instance leads: pages can be read.
    case '/health/ready':
      answer(response, isReady(state) && !draining ? 200 : 503, lifecycle)
      return true
    default:
      return false
  }
}

function isReady({ name }: State): boolean {
  return name !== 'starting' && name !== 'stopped'
}

type Seen = Pick<Lifecycle, 'state' | 'problem'>

function answer(response: ServerResponse, status: number, seen: Seen): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(describe(seen))}\n`)
}

function describe({ state, problem }: Seen) {
  if (state.name !== 'leading') {
    const { name, ...facts } = state
    return { state: name, ...facts, ...('problem' in state && { problem }) }
  }
  const { epoch, replication } = state
  return { state: state.name, epoch, replication: describeHealth(replication.health) }
}

function describeHealth(health: Health) {
  if (health.status === 'healthy') return health
  const { status, failingForMs, problem } = health
  return { status, failingForMs, problem: { code: problem.code, message: problem.summary } }
}

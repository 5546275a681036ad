import type { ServerResponse } from 'node:http'
import type { Health } from '../replication/replication.ts'
import type { Lifecycle, State } from './lifecycle.ts'

/** Answers a probe; false if `path` isn't one. */
export function answerProbe(
  path: string,
  { state, draining }: Pick<Lifecycle, 'state' | 'draining'>,
  response: ServerResponse,
): boolean {
  switch (path) {
    case '/health/live':
      answer(response, 200, state)
      return true
    case '/health/startup':
      answer(response, state.name === 'starting' ? 503 : 200, state)
      return true
    // Also where the bucket fails, or another instance leads: pages can be read.
    case '/health/ready':
      answer(response, isReady(state) && !draining ? 200 : 503, state)
      return true
    default:
      return false
  }
}

function isReady({ name }: State): boolean {
  return name !== 'starting' && name !== 'stopped'
}

function answer(response: ServerResponse, status: number, state: State): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(describe(state))}\n`)
}

function describe(state: State) {
  if (state.name !== 'leading') {
    const { name, ...facts } = state
    return { state: name, ...facts }
  }
  const { epoch, replication } = state
  return { state: state.name, epoch, replication: describeHealth(replication.health) }
}

function describeHealth(health: Health) {
  if (health.status === 'healthy') return health
  const { status, failingForMs, problem } = health
  return { status, failingForMs, problem: { code: problem.code, message: problem.summary } }
}

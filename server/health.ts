import type { ServerResponse } from 'node:http'
import type { Health } from '../replication/replication.ts'
import type { State } from './lifecycle.ts'

/** Answers a probe; false if `path` isn't one. */
export function answerProbe(path: string, state: State, response: ServerResponse): boolean {
  switch (path) {
    case '/health/live':
      answer(response, 200, state)
      return true
    case '/health/startup':
      answer(response, state.name === 'starting' ? 503 : 200, state)
      return true
    // Also where the bucket fails: pages can still be read.
    case '/health/ready':
      answer(response, state.name === 'leading' ? 200 : 503, state)
      return true
    default:
      return false
  }
}

function answer(response: ServerResponse, status: number, state: State): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(describe(state))}\n`)
}

function describe(state: State) {
  switch (state.name) {
    case 'starting':
      return { state: state.name, step: state.step, problem: state.problem }
    case 'leading':
      return {
        state: state.name,
        epoch: state.epoch,
        replication: describeHealth(state.replication.health),
      }
    case 'stopping':
      return { state: state.name }
  }
}

function describeHealth(health: Health) {
  if (health.status === 'healthy') return health
  const { status, failingForMs, problem } = health
  return { status, failingForMs, problem: { code: problem.code, message: problem.summary } }
}

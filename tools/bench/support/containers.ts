import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { postEntry } from '../../../e2e/support/api-client.ts'
import { Container, type StartOptions } from '../../../e2e/support/container.ts'
import { required } from '../../../e2e/support/environment.ts'

const run = promisify(execFile)

type Options = StartOptions & { revision?: string; disk?: string }

/** Starts the app in its container on a bucket, as Cloud Run does, with limits and metrics off. */
export function startContainer(
  { replicaUrl, environment }: { replicaUrl: string; environment: Record<string, string> },
  { revision = '1', disk, ...options }: Options = {},
): Promise<Container> {
  const cloudRun = { K_SERVICE: 'visits', K_REVISION: `revision-${revision}` }
  // All containers share the ports of this machine.
  const quiet = { RATE_LIMITS: 'off', METRICS_PORT: '', LITESTREAM_METRICS: '' }
  const variables = { REPLICA_URL: replicaUrl, ...cloudRun, ...quiet, ...environment }
  return Container.start(variables, disk, options)
}

/**
 * Looks every `everyMs` milliseconds whether something holds.
 *
 * @throws {Error} if it does not hold after `patienceMs`
 */
export async function until(
  holds: () => Promise<boolean>,
  { patienceMs = 120_000, everyMs = 20 } = {},
): Promise<void> {
  const endMs = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`It took more than ${patienceMs / 1_000} s.`)
    await sleep(everyMs)
  }
}

/** Whether the app shows a page that needs its data. */
export async function isShown({ url }: { url: string }): Promise<boolean> {
  const answer = await fetch(`${url}/guestbook`, { headers: { accept: 'text/html' } }).catch(
    () => null,
  )
  await answer?.text().catch(() => '')
  return answer?.ok ?? false
}

/** Whether the app acknowledges an entry, which it takes once. */
export async function acknowledges({ url }: { url: string }, message: string): Promise<boolean> {
  return (await postEntry(url, message, message)) === 201
}

/** Waits until the container has ended, however long that is, and returns its exit code. */
export async function ended({ name }: Container): Promise<number> {
  return Number((await run(required('CONTAINER_ENGINE'), ['wait', name])).stdout)
}

/** What a script prints that the container's own Node runs. */
export async function runInside({ name }: Container, script: string): Promise<string> {
  const args = ['exec', name, 'node', '-e', script]
  return (await run(required('CONTAINER_ENGINE'), args, { timeout: 20_000 })).stdout
}

/** Writes the container's log to a file; it may be too long to be held. */
export async function saveLog({ name }: Container, path: string): Promise<void> {
  await using file = await open(path, 'w')
  const child = spawn(required('CONTAINER_ENGINE'), ['logs', name], {
    stdio: ['ignore', file.fd, file.fd],
    timeout: 60_000,
  })
  await once(child, 'exit')
}

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { required } from '../../../e2e/support/environment.ts'

const run = promisify(execFile)

/** What a script prints that the container's own Node runs. */
export async function runInside(container: string, script: string): Promise<string> {
  const args = ['exec', container, 'node', '-e', script]
  return (await run(required('CONTAINER_ENGINE'), args, { timeout: 20_000 })).stdout
}

/** Waits until the container has ended, however long that is, and returns its exit code. */
export async function ended(container: string): Promise<number> {
  return Number((await run(required('CONTAINER_ENGINE'), ['wait', container])).stdout)
}

/** Writes the container's log to a file; it may be too long to be held. */
export async function saveLog(container: string, path: string): Promise<void> {
  await using file = await open(path, 'w')
  const child = spawn(required('CONTAINER_ENGINE'), ['logs', container], {
    stdio: ['ignore', file.fd, file.fd],
    timeout: 60_000,
  })
  await once(child, 'exit')
}

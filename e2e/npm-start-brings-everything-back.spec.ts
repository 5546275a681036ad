import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from './support/ports.ts'
import { expect, test } from './support/test.ts'
import { openFrontPage, signGuestbook } from './support/visitor.ts'

const run = promisify(execFile)

async function npmStart(folder: string) {
  const port = await freePort()
  const child = spawn('npm', ['start'], {
    cwd: dirname(import.meta.dirname),
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: folder,
      REPLICA_URL: pathToFileURL(join(folder, 'bucket')).href,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const exited = once(child, 'exit')
  const url = `http://localhost:${port}`
  await expect.poll(() => said).toContain(`The app is at ${url}`)
  return {
    url,
    said: () => said,
    exited,
    /** As a terminal does it for Ctrl-C: to the whole group. */
    stop: async () => {
      process.kill(-(child.pid ?? 0), 'SIGINT')
      await exited
      expect(said).toContain('Everything is in the bucket.')
    },
    killLitestream: async () => process.kill(await findLitestream(child.pid ?? 0), 'SIGKILL'),
  }
}

async function findLitestream(ancestor: number): Promise<number> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,comm='])
  const processes = stdout.split('\n').map((line) => line.trim().split(/\s+/))
  const below = (parent: number): number[] =>
    processes
      .filter(([, ppid]) => Number(ppid) === parent)
      .flatMap(([pid, , command]) => [
        ...(command?.endsWith('litestream') ? [Number(pid)] : []),
        ...below(Number(pid)),
      ])
  const [litestream] = below(ancestor)
  if (!litestream) throw new Error('There is no Litestream')
  return litestream
}

test('npm start, after the database file was deleted', async ({ folder }) => {
  const first = await npmStart(folder)
  await signGuestbook(first.url, 'Ada', 'kept')
  await first.stop()
  for (const name of await readdir(folder)) {
    if (name !== 'bucket') await rm(join(folder, name), { recursive: true })
  }
  const second = await npmStart(folder)
  expect(await openFrontPage(second.url)).toContain('kept')
  await second.stop()
})

test('npm start, after Litestream was killed: the app does not go on without it', async ({
  folder,
}) => {
  const first = await npmStart(folder)
  await signGuestbook(first.url, 'Ada', 'kept')
  await first.killLitestream()
  await first.exited
  expect(first.said()).toMatch(/CRITICAL: .*Litestream does not answer/)
  const second = await npmStart(folder)
  expect(await openFrontPage(second.url)).toContain('kept')
  await second.stop()
})

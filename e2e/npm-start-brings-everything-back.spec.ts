import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, rm, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '../packages/streamkeeper/src/test-tools/ports.ts'
import { expect, test } from './support/test.ts'
import { openFrontPage, signGuestbook } from './support/visitor.ts'

const run = promisify(execFile)
const root = dirname(import.meta.dirname)
// For a start on a busy machine, with a build perhaps.
const start = { timeout: 50_000 }

function npmStart(folder: string) {
  const bucket = pathToFileURL(join(folder, 'bucket')).href
  return npmStartIn(root, { DATA_DIR: folder, REPLICA_URL: bucket })
}

async function npmStartIn(cwd: string, env: Record<string, string>) {
  const started = await spawnNpmStart(cwd, env)
  await expect.poll(started.said, start).toContain(`The app is at ${started.url}`)
  return started
}

async function spawnNpmStart(cwd: string, env: Record<string, string>, ...options: string[]) {
  const port = await freePort()
  const child = spawn('npm', ['start', '--silent', '--', ...options], {
    cwd,
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const exited = once(child, 'exit')
  const url = `http://localhost:${port}`
  return {
    url,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
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

// A service manager signals npm alone.
test('npm start -- --production, as a service: a log of JSON, no admins, and a clean end', async ({
  folder,
}) => {
  const REPLICA_URL = pathToFileURL(join(folder, 'bucket')).href
  const env = { DATA_DIR: folder, REPLICA_URL, ADMIN_TOKEN: '' }
  const service = await spawnNpmStart(root, env, '--production')
  await expect.poll(service.said, start).toContain('"There is no database yet')
  const hide = {
    method: 'PATCH',
    body: '{"hidden":true}',
    headers: { 'content-type': 'application/json' },
  }
  expect((await fetch(`${service.url}/api/entries/1`, hide)).status).toBe(403)
  await signGuestbook(service.url, 'Ada', 'kept')
  service.kill('SIGTERM')
  expect(await service.exited).toEqual([0, null])
  expect(service.said()).toMatch(/^\{"severity":"INFO","message":"Stopped\."/m)
})

/** A copy of the sources, and of what is built of them. */
async function copyTo(folder: string): Promise<void> {
  const left = /^(node_modules|\.git|\.cache|data|test-results|\.next\/(?!standalone).*)$/
  const filter = (path: string) => !left.test(relative(root, path))
  await cp(root, folder, { recursive: true, filter, verbatimSymlinks: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
}

test('npm start, in a folder whose name no URL and no socket takes as it is', async ({
  folder,
}) => {
  const project = join(folder, `a b é [x] {y} 100% %41 #1 ?q 'z' & $H`, 'x'.repeat(100))
  await copyTo(project)
  const first = await npmStartIn(project, { DATA_DIR: '', REPLICA_URL: '' })
  await signGuestbook(first.url, 'Ada', 'kept')
  await first.stop()
  expect(first.said()).toContain(`database  ${join(project, 'data')}\n`)
  const data = join(project, 'data')
  expect(await readdir(join(data, 'bucket'))).toContain('epoch-00000001')
  for (const name of await readdir(data)) {
    if (name !== 'bucket') await rm(join(data, name), { recursive: true })
  }
  const second = await npmStartIn(project, { DATA_DIR: '', REPLICA_URL: '' })
  expect(await openFrontPage(second.url)).toContain('kept')
  await second.stop()
})

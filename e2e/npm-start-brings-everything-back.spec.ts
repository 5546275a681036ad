import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { freePort } from './support/ports.ts'
import { expect, test } from './support/test.ts'
import { openFrontPage, signGuestbook } from './support/visitor.ts'

async function npmStart(folder: string): Promise<{ url: string; stop(): Promise<unknown> }> {
  const port = await freePort()
  const child: ChildProcess = spawn('npm', ['start'], {
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
  child.stdout?.setEncoding('utf8').on('data', (text) => (said += text))
  const url = `http://localhost:${port}`
  await expect.poll(() => said).toContain(`The app is at ${url}`)
  return {
    url,
    stop: async () => {
      const exited = once(child, 'exit')
      // A terminal sends Ctrl-C to the whole group.
      if (child.pid) process.kill(-child.pid, 'SIGINT')
      await exited
      expect(said).toContain('Stopped. Everything is in the bucket.')
    },
  }
}

test('npm start, after the database file was deleted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visits-'))
  const first = await npmStart(folder)
  await signGuestbook(first.url, 'Ada', 'kept')
  await first.stop()
  for (const name of await readdir(folder)) {
    if (name !== 'bucket') await rm(join(folder, name), { recursive: true })
  }
  const second = await npmStart(folder)
  expect(await openFrontPage(second.url)).toContain('kept')
  await second.stop()
  await rm(folder, { recursive: true })
})

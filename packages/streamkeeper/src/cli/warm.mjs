// Runs what `build.mjs` has built once, as its container does, with a folder as the bucket, and keeps
// what V8 has compiled then: a start need not do it again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(import.meta.dirname, '../../../..')
const standalone = join(root, '.next/standalone')
// Builds that share a network would meet at the same one, and ask each other's server.
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const keep = '../../packages/streamkeeper/src/server/keep-compiled.ts'
const work = mkdtempSync(join(tmpdir(), 'visits-'))

const litestream = spawn(
  'litestream',
  [
    'replicate',
    '-config',
    join(root, 'litestream.yml'),
    '-exec',
    `node --import ${keep} server.js`,
  ],
  {
    cwd: standalone,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      DATA_DIR: work,
      REPLICA_URL: `file://${join(work, 'bucket')}`,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  },
)
const exited = new Promise((resolve) => litestream.on('exit', resolve))
try {
  await ready()
  for (const path of ['/', '/guestbook', '/how-it-works', '/status', '/api/entries', '/admin']) {
    const answer = await fetch(url + path, { headers: { accept: 'text/html' } })
    await answer.text()
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}.`)
  }
} finally {
  litestream.kill('SIGTERM')
  await exited
  rmSync(work, { recursive: true })
}
if (!existsSync(join(standalone, 'compiled'))) {
  throw new Error('What was compiled is not there: the app that was built did not end in order.')
}

async function ready() {
  for (let tries = 0; tries < 300 && litestream.exitCode === null; tries++) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null)
    if (answer?.ok) return
    await sleep(100)
  }
  throw new Error('The app that was built does not start.')
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

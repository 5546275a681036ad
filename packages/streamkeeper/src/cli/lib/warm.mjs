import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { Failure } from './failure.mjs'
import { moduleFile, root } from './project.mjs'
import { untilReady } from './ready.mjs'

/**
 * Runs what was built once, as its container does, with a folder as the bucket, and keeps what V8 has
 * compiled then: a start need not do it again.
 * @param {string[]} [paths] what it is asked
 * @throws {Failure} when it does not start, or does not answer one of them
 */
export async function warm(paths = ['/']) {
  const standalone = join(root, '.next/standalone')
  const work = mkdtempSync(join(tmpdir(), 'warm-'))
  // Builds that share a network would meet at the same one, and ask each other's server.
  const port = await freePort()
  const keep = relative(standalone, moduleFile('server/keep-compiled'))
  const server = `node --import ./${keep} server.js`
  const litestream = spawn(
    'litestream',
    ['replicate', '-config', join(root, 'litestream.yml'), '-exec', server],
    {
      cwd: standalone,
      env: {
        ...process.env,
        NODE_ENV: 'production',
        PORT: String(port),
        DATA_DIR: work,
        REPLICA_URL: `file://${join(work, 'bucket')}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let said = ''
  litestream.stdout.on('data', (text) => {
    said += text
  })
  const ended = new AbortController()
  const exited = new Promise((resolve) => litestream.on('exit', resolve).on('error', resolve))
  exited.then(() => ended.abort())
  try {
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(60_000)])
    const health = `http://127.0.0.1:${port}/health/ready`
    if (!(await untilReady(health, { signal }))) {
      throw new Failure('The app that was built does not start.')
    }
    for (const path of paths) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { accept: 'text/html' },
      })
      await answer.text()
      if (!answer.ok) throw new Failure(`${path} answers ${answer.status}: see \`warm\`.`)
    }
  } catch (error) {
    // What the server says of it.
    console.error(said.split('\n').slice(-10).join('\n'))
    throw error
  } finally {
    litestream.kill('SIGTERM')
    await exited
    rmSync(work, { recursive: true })
  }
  if (!existsSync(join(standalone, 'compiled'))) {
    throw new Failure(
      'What was compiled is not there: the app that was built did not end in order.',
    )
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

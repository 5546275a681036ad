import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { showInWords } from './in-words.mjs'
import { onPath } from './on-path.mjs'
import { root } from './project.mjs'
import { untilReady } from './ready.mjs'

/**
 * Runs Litestream, which runs the server, until one of them ends or a signal comes.
 * @param {object} options
 * @param {{node: string, litestream: string}} options.tools
 * @param {NodeJS.ProcessEnv} options.env
 * @param {boolean} options.dev
 * @returns {Promise<number>} Litestream's exit code
 */
export async function serve({ tools, env, dev }) {
  const server = dev ? 'node server/main.ts' : 'node server.js'
  const child = spawn(
    tools.litestream,
    ['replicate', '-config', join(root, 'litestream.yml'), '-exec', server],
    {
      cwd: dev ? root : join(root, '.next', 'standalone'),
      env: onPath([tools.node, tools.litestream], {
        ...env,
        // What Node has compiled is there at the next start.
        ...(!dev && { NODE_COMPILE_CACHE: join(root, '.next', 'standalone', 'compile-cache') }),
      }),
      stdio: ['ignore', 'pipe', 'inherit'],
      // Out of the terminal's process group, or Ctrl-C would reach it and the server directly.
      detached: true,
    },
  )
  stopOnce(child)
  showInWords(child.stdout)
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
  const stop = new AbortController()
  announce(env, stop.signal)
  const code = await ended
  stop.abort()
  return code
}

/**
 * Litestream gives up its final sync at a second signal, and npm and the terminal both deliver
 * Ctrl-C: so it gets one, whatever comes here and however often.
 */
function stopOnce(child) {
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    child.kill('SIGTERM')
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  process.on('exit', stop)
  // When the reader of the output goes away, that mustn't end this before Litestream.
  process.stdout.on('error', stop)
}

async function announce(env, signal) {
  const url = `http://localhost:${env.PORT}`
  const ready = await untilReady(`http://127.0.0.1:${env.PORT}/health/ready`, {
    signal,
    onProblem: (problem) => console.log(`Not ready yet: ${problem}`),
  })
  if (!ready) return
  console.log(`
  The app is at ${url}
    database  ${env.DATA_DIR}
    bucket    ${env.REPLICA_URL}
  Ctrl-C stops it and loses nothing.
`)
}

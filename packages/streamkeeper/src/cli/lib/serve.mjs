import { spawn } from 'node:child_process'
import { basename, join } from 'node:path'
import { showInWords } from './in-words.mjs'
import { onPath } from './on-path.mjs'
import { withoutLinks } from './plain-path.mjs'
import { moduleFile, root } from './project.mjs'
import { untilReady } from './ready.mjs'

/**
 * Runs Litestream, which runs the server, until one of them ends or a signal comes. With the data on
 * a PostgreSQL server there is no Litestream.
 * @returns {Promise<number>} the exit code
 */
export async function serve({ tools, env, dev, isService = false }) {
  const file = dev ? moduleFile('main') : 'server.js'
  const [command, args] = tools.litestream
    ? [
        tools.litestream,
        ['replicate', '-config', join(root, 'litestream.yml'), '-exec', `node ${file}`],
      ]
    : [tools.node, [file]]
  const child = spawn(command, args, {
    cwd: dev ? root : join(root, '.next', 'standalone'),
    env: onPath(Object.values(tools), {
      ...env,
      // What Node has compiled is there at the next start.
      ...(!dev && { NODE_COMPILE_CACHE: join(root, '.next', 'standalone', 'compile-cache') }),
    }),
    stdio: ['ignore', isService ? 'inherit' : 'pipe', 'inherit'],
    // Out of the terminal's process group, or Ctrl-C would reach it and the server directly.
    detached: true,
  })
  stopOnce(child)
  if (child.stdout) showInWords(child.stdout, (words) => console.log(withoutLinks(words)))
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (signal) console.error(`${basename(command)} was ended by ${signal}.`)
      resolve(code ?? 1)
    })
  })
  const stop = new AbortController()
  if (!isService) announce(env, stop.signal)
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
    onProblem: (problem) => console.log(withoutLinks(`Not ready yet: ${problem}`)),
  })
  if (!ready) return
  console.log(`
  The app is at ${url}
${places(env)}
  Ctrl-C stops it and loses nothing.
`)
}

function places({ DATABASE_URL, DATA_DIR, REPLICA_URL }) {
  if (!DATABASE_URL) {
    return withoutLinks(`    database  ${DATA_DIR}\n    bucket    ${REPLICA_URL}`)
  }
  return '    database  the PostgreSQL server that DATABASE_URL names'
}

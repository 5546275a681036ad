import { access, constants, mkdir } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Failure } from './failure.mjs'
import { root } from './project.mjs'

// The size of sun_path on macOS, less its end; Linux has four more.
const longestSocketPath = 103

/**
 * The environment of the server: what is set already wins. It is checked before anything slow is
 * done, so that a wrong value costs no build.
 * @param {{dev: boolean, given?: NodeJS.ProcessEnv}} options
 * @returns {Promise<NodeJS.ProcessEnv>}
 * @throws {Failure} when the port or the data folder can't be used
 */
export async function settings({ dev, given = process.env }) {
  const env = {
    ...given,
    NODE_ENV: given.NODE_ENV ?? (dev ? 'development' : 'production'),
    PORT: given.PORT || '8080',
    DATA_DIR: resolve(given.DATA_DIR || join(root, 'data')),
    REPLICA_URL: replicaUrl(given),
    // Where the data is this machine's own, so is the server, perhaps behind a tunnel.
    LOCAL: given.LOCAL ?? (given.REPLICA_URL || given.DATABASE_URL ? '' : '1'),
  }
  await makeFolder(env.DATA_DIR)
  await checkSocket(join(env.DATA_DIR, 'litestream.sock'))
  await checkPort(env.PORT)
  return env
}

// The codes are those of the system: https://nodejs.org/api/errors.html#common-system-errors
const reasons = {
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'that disk can only be read',
  ENOSPC: 'that disk is full',
}

async function makeFolder(path) {
  try {
    await mkdir(path, { recursive: true })
    await access(path, constants.W_OK)
  } catch ({ code, message }) {
    const reason = reasons[code] ?? message
    throw new Failure(`${path} can't be the data folder: ${reason}. Set DATA_DIR to another.`)
  }
}

/** Where the replica is: a folder of this machine unless told. */
export function replicaUrl(given) {
  return given.REPLICA_URL || pathToFileURL(join(root, 'data', 'bucket')).href
}

/** @throws {Failure} when Litestream can't have its socket there, or has it already */
export async function checkSocket(path) {
  const length = Buffer.byteLength(path)
  if (length > longestSocketPath) {
    throw new Failure(
      `${path} is ${length} bytes long, and a socket's path may have ${longestSocketPath}: set DATA_DIR to a shorter path.`,
    )
  }
  if (await answers(path)) {
    throw new Failure(
      `${path} answers: the app runs already in that folder. Stop it, or set DATA_DIR to another.`,
    )
  }
}

function answers(path) {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true))
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
  })
}

/** @throws {Failure} when nothing can listen on the port */
export function checkPort(port) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    const refuse = ({ code, message }) => {
      const reason = code === 'EADDRINUSE' ? 'is in use' : `can't be used (${message})`
      reject(new Failure(`Port ${port} ${reason}: set PORT to another, such as 3000.`))
    }
    try {
      server.on('error', refuse).listen(Number(port), () => server.close(resolve))
    } catch (error) {
      refuse(error)
    }
  })
}

import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { Failure } from './failure.mjs'
import { oddFolderOf, plainPath, plainUrl, withoutLinks } from './plain-path.mjs'
import { root } from './project.mjs'

// The size of sun_path on macOS, less its end; Linux has four more.
const longestSocketPath = 103
const socketName = 'litestream.sock'

/**
 * @throws {Failure} when a service would start with data that nobody has named, be open, or has no build
 */
export function mustBeService(given, folder = root) {
  if (!given.REPLICA_URL && !given.DATABASE_URL) {
    throw new Failure(
      'A service needs to be told where its data is: set REPLICA_URL to a bucket, as in gs://BUCKET/PATH, or DATABASE_URL to a PostgreSQL server.',
    )
  }
  if (given.LOCAL === '1') {
    throw new Failure('LOCAL=1 makes every visitor an admin: unset it, and set ADMIN_TOKEN.')
  }
  if (given.NODE_ENV && given.NODE_ENV !== 'production') {
    throw new Failure(`NODE_ENV is ${given.NODE_ENV}: unset it. A service is in production.`)
  }
  if (!existsSync(join(folder, '.next', 'standalone', 'server.js'))) {
    throw new Failure('There is no build: run `npm run build` first. A service builds nothing.')
  }
}

/**
 * The environment of the server: what is set already wins. It is checked before anything slow is
 * done, so that a wrong value costs no build. Who has not set a variable is not told of it but as a
 * way out.
 * @throws {Failure} when the port or the data folder can't be used
 */
export async function settings({ dev, given = process.env }) {
  const folder = resolve(given.DATA_DIR || join(root, 'data'))
  const data = { what: 'the data folder', variable: 'DATA_DIR', given: given.DATA_DIR }
  await makeFolder({ ...data, path: folder })
  // Through a link no folder can be made.
  const bucket = oddFolderOf(given.REPLICA_URL ?? '')
  if (bucket) {
    await makeFolder({ path: bucket, what: 'the bucket', variable: 'REPLICA_URL', given: bucket })
  }
  const env = {
    ...given,
    NODE_ENV: given.NODE_ENV ?? (dev ? 'development' : 'production'),
    PORT: given.PORT || '8080',
    DATA_DIR: plainPath(folder, longestSocketPath - `/${socketName}`.length),
    REPLICA_URL: replicaUrl(given),
    // Where the data is this machine's own, so is the server, perhaps behind a tunnel.
    LOCAL: given.LOCAL ?? (given.REPLICA_URL || given.DATABASE_URL ? '' : '1'),
  }
  await checkSocket(env.DATA_DIR, given.DATA_DIR)
  await checkPort(env.PORT, given.PORT)
  return env
}

// The codes are those of the system: https://nodejs.org/api/errors.html#common-system-errors
const reasons = {
  EEXIST: ['it is a file', 'Move that away'],
  ENOTDIR: ['a part of its path is a file', 'Move that away'],
  EACCES: ['this user may not write there', 'Change its owner (chown) or its permissions'],
  EPERM: ['this user may not write there', 'Change its owner (chown) or its permissions'],
  EROFS: ['that disk can only be read', 'Mount it so that it can be written to'],
  ENOSPC: ['that disk is full', 'Free some of it'],
}

async function makeFolder({ path, what, variable, given }) {
  try {
    await mkdir(path, { recursive: true })
    await access(path, constants.W_OK)
  } catch ({ code, message }) {
    const [reason, remedy = 'Mend that'] = reasons[code] ?? [message]
    const wayOut = given
      ? `, or set ${variable} to another`
      : `, or choose another: ${variable}=PATH npm start`
    throw new Failure(`${path} can't be ${what}: ${reason}. ${remedy}${wayOut}.`)
  }
}

/** Where the replica is: a folder of this machine unless told. */
export function replicaUrl(given) {
  return given.REPLICA_URL
    ? plainUrl(given.REPLICA_URL)
    : `file://${plainPath(join(root, 'data', 'bucket'))}`
}

/** @throws {Failure} when Litestream has its socket there already */
export async function checkSocket(folder, given) {
  if (!(await answers(join(folder, socketName)))) return
  const wayOut = given ? 'set DATA_DIR to another' : 'choose another: DATA_DIR=PATH npm start'
  throw new Failure(
    `The app runs already in ${withoutLinks(folder)}. Stop it (Ctrl-C where it was started), or ${wayOut}.`,
  )
}

function answers(path) {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true))
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
  })
}

/** @throws {Failure} when nothing can listen on the port */
export function checkPort(port, given) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    const refuse = ({ code, message }) => reject(new Failure(refusal(port, given, code, message)))
    if (!isPort(port)) {
      refuse({ code: 'ERR_SOCKET_BAD_PORT' })
      return
    }
    server.on('error', refuse).listen(Number(port), () => server.close(resolve))
  })
}

function isPort(text) {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65536
}

function refusal(port, given, code, message) {
  const another = Number(port) === 8080 ? 8081 : 8080
  const wayOut = given ? 'set PORT to another' : 'choose another'
  switch (code) {
    case 'ERR_SOCKET_BAD_PORT':
      return `PORT is "${port}", which is no port: set it to a number from 1 to 65535, as in PORT=8080 npm start.`
    case 'EADDRINUSE':
      return `Port ${port} is in use. Stop the program that uses it, or ${wayOut}: PORT=${another} npm start.`
    case 'EACCES':
      return `This user may not listen on port ${port}. Set PORT to one from 1024 on: PORT=${another} npm start.`
    default:
      return `Port ${port} can't be used: ${message}. Mend that, or ${wayOut}: PORT=${another} npm start.`
  }
}

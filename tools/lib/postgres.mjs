import { existsSync } from 'node:fs'
import { appendFile, readdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'
import { aptInstall, canInstall } from './apt.mjs'

// Debian keeps each version in a folder of its own, and its servers off the PATH.
const versions = '/usr/lib/postgresql'

// What stands before PostgreSQL, and keeps several of them: each program, and its package.
const around = {
  pgbouncer: 'pgbouncer',
  patroni: 'patroni',
  etcd: 'etcd-server',
  haproxy: 'haproxy',
  openssl: 'openssl',
}

/**
 * Finds what the tests put around PostgreSQL, or installs it.
 * @throws {Failure} when something is missing and can't be installed
 */
export async function aroundPostgres() {
  const missing = async () => {
    const found = await Promise.all(Object.keys(around).map(isThere))
    return Object.values(around).filter((_, index) => !found[index])
  }
  const wanted = await missing()
  if (wanted.length > 0 && (await canInstall())) {
    await aptInstall(...wanted)
    // The packages of servers start them.
    const services = wanted.filter((name) => name !== 'openssl').map((name) => name.split('-')[0])
    if (existsSync('/run/systemd/system'))
      await must('systemctl', ['disable', '--now', ...services])
  }
  const lacking = await missing()
  if (lacking.length === 0) return
  throw new Failure(
    `The tests of PostgreSQL need ${lacking.join(', ')}: install them, with their programs on the PATH, and try again.`,
  )
}

// Debian has servers where only root looks.
async function isThere(program) {
  return Boolean(await which(program)) || existsSync(join('/usr/sbin', program))
}

/**
 * Finds PostgreSQL for the tests, or installs it. They run servers of their own with it.
 * @returns {Promise<string>} the folder of initdb and postgres
 * @throws {Failure} when there is none and none can be installed
 */
export async function postgres() {
  const found = await installed()
  if (found) return found
  if (await canInstall()) {
    // Else the package would make a database and run a service of its own.
    await aptInstall('postgresql-common')
    await appendFile('/etc/postgresql-common/createcluster.conf', '\ncreate_main_cluster = false\n')
    await aptInstall('postgresql')
  }
  const folder = await installed()
  if (folder) return folder
  throw new Failure(
    'The tests need PostgreSQL: install it, with initdb on the PATH, and try again.',
  )
}

async function installed() {
  const initdb = await which('initdb')
  if (initdb) return dirname(await realpath(initdb))
  const names = await readdir(versions).catch(() => [])
  return names
    .sort((one, other) => Number(other) - Number(one))
    .map((name) => join(versions, name, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))
}

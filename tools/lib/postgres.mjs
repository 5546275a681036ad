import { existsSync } from 'node:fs'
import { appendFile, readdir, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'
import { aptInstall, canInstall } from './apt.mjs'

// Debian keeps each version in a folder of its own, and its servers off the PATH.
const versions = '/usr/lib/postgresql'

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

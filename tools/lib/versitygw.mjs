import { join } from 'node:path'
import { executable } from '../../packages/streamkeeper/src/cli/lib/executable.mjs'
import { goInstall } from '../../packages/streamkeeper/src/cli/lib/go-install.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'
import { cache, versions } from './project.mjs'

const { version } = versions.versitygw

/**
 * A bucket of the tests that speaks S3. Nothing of it ships; Go's checksum database vouches for its source.
 * @returns {Promise<string>} its path
 * @throws {Failure} when it can't be had
 */
export async function versitygw() {
  const installed = await which('versitygw')
  if (installed) return installed
  return executable({
    title: `versitygw ${version}`,
    file: join(cache, `versitygw-${version}`, 'versitygw'),
    sources: [
      {
        name: 'go',
        fetch: (folder) =>
          goInstall(`github.com/versity/versitygw/cmd/versitygw@v${version}`, folder),
      },
    ],
  })
}

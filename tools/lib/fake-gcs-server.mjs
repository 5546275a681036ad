import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { download } from '../../packages/streamkeeper/src/cli/lib/download.mjs'
import { executable } from '../../packages/streamkeeper/src/cli/lib/executable.mjs'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { goInstall } from '../../packages/streamkeeper/src/cli/lib/go-install.mjs'
import { hashOfFile } from '../../packages/streamkeeper/src/cli/lib/hash.mjs'
import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'
import { cache, versions } from './project.mjs'

const { version } = versions.fakeGcsServer
const releases = 'https://github.com/fsouza/fake-gcs-server/releases/download'

/**
 * The bucket of the tests. Nothing of it ships, and a build by Go differs from the release's, so
 * its hash isn't pinned here: Go's checksum database or the release's own list vouches for it.
 * @returns {Promise<string>} its path
 * @throws {Failure} when it can't be had
 */
export async function fakeGcsServer() {
  const installed = await which('fake-gcs-server')
  if (installed) return installed
  return executable({
    title: `fake-gcs-server ${version}`,
    file: join(cache, `fake-gcs-server-${version}`, 'fake-gcs-server'),
    sources: [
      { name: 'go', fetch: fromGo },
      { name: 'github.com', fetch: fromUpstream },
    ],
  })
}

function fromGo(folder) {
  return goInstall(`github.com/fsouza/fake-gcs-server@v${version}`, folder)
}

async function fromUpstream(folder) {
  const system = process.platform === 'darwin' ? 'Darwin' : 'Linux'
  const machine = process.arch === 'arm64' ? 'arm64' : 'amd64'
  const name = `fake-gcs-server_${version}_${system}_${machine}.tar.gz`
  const archive = join(folder, name)
  const list = join(folder, 'checksums.txt')
  await download(`${releases}/v${version}/${name}`, archive)
  await download(`${releases}/v${version}/checksums.txt`, list)
  if (!(await readFile(list, 'utf8')).includes(`${await hashOfFile(archive)}  ${name}`)) {
    throw new Failure(`${name} isn't what the release's checksums.txt says`)
  }
  await must('tar', ['-xzf', archive, '-C', folder, 'fake-gcs-server'])
  return join(folder, 'fake-gcs-server')
}

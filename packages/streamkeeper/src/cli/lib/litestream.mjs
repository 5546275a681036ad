import { join } from 'node:path'
import { download } from './download.mjs'
import { executable } from './executable.mjs'
import { goInstall } from './go-install.mjs'
import { verifyAgainst } from './hash.mjs'
import { cache, platform, versions } from './project.mjs'
import { must, run } from './run.mjs'
import { which } from './which.mjs'

const { version } = versions.litestream
const release = `https://github.com/benbjohnson/litestream/releases/download/v${version}`

/**
 * @returns {Promise<string>} the path of the pinned Litestream
 * @throws {Failure} when it can't be had
 */
export async function litestream() {
  const installed = await which('litestream')
  if (installed && (await run(installed, ['version'])).stdout === version) return installed
  return executable({
    title: `Litestream ${version}`,
    file: join(cache, `litestream-${version}`, 'litestream'),
    sources: [
      { name: 'github.com', fetch: fromUpstream },
      { name: 'go', fetch: fromGo },
    ],
  })
}

async function fromUpstream(folder) {
  const name = `litestream-${version}-${platform.replace('x64', 'x86_64')}.tar.gz`
  const archive = join(folder, name)
  const checksums = join(folder, 'checksums.txt')
  await download(`${release}/checksums.txt`, checksums)
  await download(`${release}/${name}`, archive)
  await verifyAgainst(archive, checksums)
  await must('tar', ['-xzf', archive, '-C', folder, 'litestream'])
  return join(folder, 'litestream')
}

function fromGo(folder) {
  // Without it the binary says that it's a development build.
  const flags = ['-ldflags', `-s -w -X main.Version=${version}`]
  return goInstall(`github.com/benbjohnson/litestream/cmd/litestream@v${version}`, folder, flags)
}

